package cloudseed

import "github.com/cloudseed/cloudseed/internal/weakhash"

// Only package cloudseedtest, in a test, may go without slow PIN hashing.
func init() {
	weakhash.Allow = func(cfg any) { cfg.(*Config).weakHashing = true }
}
