package onedrive

import "encoding/binary"

// quickXor is Microsoft's QuickXorHash (learn.microsoft.com/onedrive/developer/
// code-snippets/quickxorhash): every byte is xored into 160 bits, each 11 bits further to
// the left, in a circle; the length is xored into the last 64 bits. It is no defence
// against anybody who wants two files of one hash.
func quickXor(data []byte) (sum [20]byte) {
	const bits = 8 * len(sum)
	for i, b := range data {
		at := i % bits * 11 % bits
		spread := uint16(b) << (at % 8)
		sum[at/8] ^= byte(spread)
		sum[(at/8+1)%len(sum)] ^= byte(spread >> 8)
	}
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(data)))
	for i, b := range length {
		sum[len(sum)-8+i] ^= b
	}
	return sum
}
