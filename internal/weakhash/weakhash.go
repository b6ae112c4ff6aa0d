// Package weakhash lets package cloudseedtest, and nobody outside of this module, stretch
// PINs the fast and insecure way. A program that could switch that on in its settings would
// one day ship with it.
package weakhash

// Allow makes cfg, a *cloudseed.Config, accept the fast PIN hashing. Package cloudseed sets it.
var Allow func(cfg any)
