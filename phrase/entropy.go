package phrase

import "crypto/sha256"

// wordBits is how many bits one word stands for: its place among 2048.
const wordBits = 11

// validCount tells whether BIP-39 has phrases of that many words.
func validCount(words int) bool { return words%3 == 0 && words >= 12 && words <= 24 }

// indexes returns the places of the phrase's words in their list: the entropy and behind
// it the first bits of its SHA-256, one for every 3 words, cut into pieces of 11 bits.
func (p Phrase) indexes() []int {
	entropy := p.entropy()
	if len(entropy) == 0 {
		return nil
	}
	sum := sha256.Sum256(entropy)
	indexes := make([]int, 0, p.Count())
	bits, have := 0, 0
	for _, b := range append(append([]byte(nil), entropy...), sum[0]) {
		bits, have = bits<<8|int(b), have+8
		if have >= wordBits {
			have -= wordBits
			indexes = append(indexes, bits>>have)
			bits &= 1<<have - 1
		}
	}
	return indexes
}

// entropyOf is the reverse of indexes. The second result tells whether the checksum is right.
func entropyOf(indexes []int) (entropy []byte, ok bool) {
	var packed []byte
	bits, have := 0, 0
	for _, index := range indexes {
		bits, have = bits<<wordBits|index, have+wordBits
		for have >= 8 {
			have -= 8
			packed = append(packed, byte(bits>>have))
			bits &= 1<<have - 1
		}
	}
	size := len(indexes) / 3 * 4
	checkBits := len(indexes) / 3
	check := bits // 4 to 7 bits; with 24 words the checksum is the whole last byte
	if checkBits == 8 {
		check = int(packed[size])
	}
	sum := sha256.Sum256(packed[:size])
	return packed[:size], int(sum[0])>>(8-checkBits) == check
}
