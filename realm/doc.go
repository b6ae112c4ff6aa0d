// Package realm is the server side of the Juicebox protocol: it keeps one share of a
// secret per user and hands it out only while guesses at the PIN are left.
//
// The promise: a guess is spent durably before any byte that depends on a PIN leaves the
// realm. N parallel guesses cost N; when the store cannot say that a guess was written,
// there is no answer. A realm alone learns neither the PIN nor the secret.
//
// The parts, from the inside out:
//
//   - [Record] is what is stored for one user, and [Decide] is the whole policy: a pure
//     function from a record, a request and the time to the next record and the reply.
//   - [Rules] make wrong guesses in a row slower and forget what nobody proved. [View] is
//     what a record's owner is told: how many guesses there were ever, and when the last
//     wrong one was.
//   - [Store] updates one record atomically. [Memory] forgets when the process ends;
//     packages realm/sqlite (one machine) and realm/postgres (many) are durable, and package
//     realm/seal encrypts what they get.
//   - [Limits] bound what one address may ask and register. [Realm.Sweep] wipes what time has
//     made useless. [Observation] is what metrics are made of.
//   - [Tenants] says whose tokens are accepted, and [Caller] who sent one.
//   - [New] puts them behind HTTP as Juicebox clients speak it, and [InProcess] lets a
//     client of the same process call such a handler without a socket.
//
// Messages, sizes and the OPRF itself are in package juicebox.
package realm
