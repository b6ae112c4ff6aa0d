// Package cloudseed backs up a Bitcoin wallet's recovery phrase in the person's own
// cloud, sealed on the device and opened on a new one with a short PIN.
//
// Opening a backup needs two things: a file from one of the person's places (a folder, a
// Google Drive, a WebDAV server, …) and the PIN, each guess of which is spent at a
// threshold of independent PIN servers ("realms", which speak the Juicebox protocol).
// Neither a place nor any realm below the threshold can open it. It is meant for
// everyday amounts: whoever runs enough realms and also holds the file can guess a
// six-digit PIN in minutes.
//
// # Verbs
//
//   - [Create] seals a wallet, registers its key at the realms, proves the PIN by a whole
//     recovery, and puts the sealed file into every place, read back byte for byte.
//   - [Resume] finishes a Create or an Update that was interrupted, with the same bytes.
//   - [Update] seals attached files again, without PIN or phrase.
//   - [AddKit] seals to an emergency kit as well, [ProveKit] shows that it is on paper, and
//     [RestoreWithKit] opens a backup with it, without PIN and realms.
//   - [Check] looks again, now, at every place and every realm.
//   - [Find] looks for backups in places; [Restore] opens one with the PIN.
//   - [ChangePIN] gives the vault another PIN, or other realms, and ends what was before.
//   - [Export] returns the sealed files as they are; [Delete] removes all of a backup.
//
// When a verb returns nil, what it promises is durable and has been seen. Progress comes
// as [Step] values; failures are kinds (errors.Is) with their facts in typed errors
// (errors.As), never sentences for people.
//
// # What a device keeps
//
// A [Device] is what one device remembers of one vault. It holds no phrase, no PIN and
// nothing that opens a backup, but its owner key can delete the record at the realms:
// keep it as private as a sign-in.
package cloudseed
