// Package attack plays adversaries. Each test gives one of them exactly what docs/security.md
// says that such a one holds (the cloud its files, an operator its database, a thief the
// profile) and lets them try for the phrase, or at the backup's life. Where an adversary is
// meant to win, the test shows how, and how fast.
//
// What they attack is real: backups that the library made, at realms of package realm, under the
// hashing of the PIN that everybody uses. Only the network and the places are in memory.
//
// There is no code here, only tests. Attacks that need the inside of another package stand
// there; docs/security.md names all of them.
package attack
