// Package mobile is the library for Swift, Kotlin and C: the verbs of package cloudseed with
// nothing but strings, numbers, bytes and interfaces, which gomobile can bind.
//
//	gomobile bind -target=ios ./mobile       # or -target=android
//
// A [Client] has the PIN servers, the places and what this device remembers; its verbs are
// those of package cloudseed. They take time: call them away from the main thread. A verb that
// returns without an error has been seen to be done.
//
// The host brings its places: [Place] is four functions, over CloudKit or Google Drive say.
// It also brings a [Journal], without which an interrupted backup could not be finished.
//
// # Errors
//
// The text of every error begins with its kind and a colon, such as
// "wrong-pin: 9 tries left". [Explain] takes it apart. Sentences for people are the host's, in
// its own languages; a new kind may be added, so have one sentence for those you do not know.
//
// # Secrets
//
// PINs and words are bytes. What is given is copied, and the copy is cleared when the verb
// ends; clear your own. What a method returns is yours to clear. A [Wallet] and a [Restored]
// hold words until Clear.
package mobile
