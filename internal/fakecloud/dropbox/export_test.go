package dropbox

import (
	"crypto/sha256"
	"encoding/hex"
)

// Safe is the encoding of headers.
var Safe = safe

// HashOfBlocks is the last step of a content hash.
func HashOfBlocks(blocks ...string) string {
	var all [][sha256.Size]byte
	for _, b := range blocks {
		sum, _ := hex.DecodeString(b)
		all = append(all, [sha256.Size]byte(sum))
	}
	return hashOfBlocks(all)
}
