// Package nodump keeps a program's memory, and the secrets in it, out of core files.
package nodump

// Off switches core dumps off for this process and the programs that it starts, for good, and
// other processes of the same user from looking into its memory. Systems differ in what they
// can: Linux both, other Unixes the first, Windows neither (its error reports are not ours to
// switch off).
func Off() error { return off() }
