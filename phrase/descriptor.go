package phrase

import (
	"fmt"
	"strings"

	"github.com/btcsuite/btcd/btcutil/v2/hdkeychain"
	"github.com/cloudseed/cloudseed/secret"
)

// AccountPath is the path of the account that [Phrase.Descriptor] and [Phrase.Addresses] are
// about: BIP-84, Bitcoin mainnet, the first account.
const AccountPath = "m/84'/0'/0'"

// Descriptor returns the output descriptor of the account (BIP-380, with both chains by
// BIP-389): "wpkh([73c5da0a/84h/0h/0h]xpub…/<0;1>/*)#checksum". It spends nothing; whoever has
// it sees all of the account's addresses and amounts.
func (p Phrase) Descriptor(passphrase secret.Text) (string, error) {
	fingerprint, err := p.Fingerprint(passphrase)
	if err != nil {
		return "", err
	}
	master, err := p.master(passphrase)
	if err != nil {
		return "", err
	}
	const hard = hdkeychain.HardenedKeyStart
	account, err := derive(master, hard+84, hard+0, hard+0)
	if err != nil {
		return "", err
	}
	defer account.Zero()
	public, err := account.Neuter()
	if err != nil {
		return "", fmt.Errorf("account public key: %w", err)
	}
	text := fmt.Sprintf("wpkh([%s/84h/0h/0h]%s/<0;1>/*)", fingerprint, public)
	return text + "#" + descriptorChecksum(text), nil
}

// The alphabets and the generator of BIP-380.
const (
	descriptorInput = "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ "
	checksumOutput  = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
)

var descriptorGenerator = [5]uint64{0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a, 0x644d626ffd}

// descriptorChecksum is the 8 characters behind "#". text holds characters of a descriptor only.
func descriptorChecksum(text string) string {
	state, class := uint64(1), uint64(0)
	for i, r := range text {
		at := uint64(strings.IndexRune(descriptorInput, r))
		state = descriptorStep(state, at&31)
		if class = class*3 + at>>5; i%3 == 2 {
			state, class = descriptorStep(state, class), 0
		}
	}
	if len(text)%3 > 0 {
		state = descriptorStep(state, class)
	}
	for range 8 {
		state = descriptorStep(state, 0)
	}
	state ^= 1
	var sum [8]byte
	for i := range sum {
		sum[i] = checksumOutput[state>>(5*(7-i))&31]
	}
	return string(sum[:])
}

func descriptorStep(state, value uint64) uint64 {
	top := state >> 35
	state = (state&0x7ffffffff)<<5 ^ value
	for i, g := range descriptorGenerator {
		if top>>i&1 == 1 {
			state ^= g
		}
	}
	return state
}
