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
// # A first backup
//
//	device, err := cloudseed.Create(ctx, cloudseed.Config{
//		Places:  []cloudseed.Place{{Name: "Samantha's cloud", URL: "webdav:…", Store: place}},
//		Realms:  servers,                // juicebox.ParseConfiguration reads it from a file
//		Journal: journal.Dir("device"),  // so that what is interrupted can be finished
//	}, &cloudseed.Wallet{Name: "Everyday", Phrase: words}, pin)
//
// docs/embedding.md has a whole program and says what a wallet calls when; the examples below run as
// tests. Places are the packages below store, each imported only by whom it concerns; package
// cloudseedtest is a world for a wallet's own tests; package mobile has the verbs for Swift,
// Kotlin and C.
//
// # Secrets and goroutines
//
// PIN, words and kit belong to the caller: no verb keeps, changes or clears them. Clear them, and
// Restored.Wallet.Phrase, when they are not needed any more. A Config may be used again and by
// many goroutines; a Device by one at a time.
//
// Every verb takes as long as the places and realms need, seconds usually, and ends soon after its
// context. Stretching a PIN takes a quarter of a second of one core, or more, and 16 MiB, on
// purpose. A vault's wallet part is one file of about 35 KB, whatever is in it; attached files
// have at most 3 MiB together.
//
// # What a device keeps
//
// A [Device] is what one device remembers of one vault. It holds no phrase, no PIN and
// nothing that opens a backup, but its owner key can delete the record at the realms:
// keep it as private as a sign-in.
//
// # What stays
//
// Whatever a released version has sealed, every later one opens: format 1 is fixed
// (docs/format.md). What a Device encodes to is read by every later version. This API may change
// until 1.0, as the CHANGELOG says; structs may get fields whose zero means what it meant before.
package cloudseed
