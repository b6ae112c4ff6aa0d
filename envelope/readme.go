package envelope

// readme is the text that somebody finds who opens a backup by hand, perhaps in ten years
// and without this program.
func readme(part Part) string {
	if part == WalletPart {
		return `This is the wallet part of a Cloudseed backup.

wallet.json holds a Bitcoin wallet's RECOVERY PHRASE. Whoever reads it can spend
the money. Do not copy it to a computer you do not trust; delete it when done.

  phrase       the BIP-39 words: type them into any wallet that restores from
               a recovery phrase
  passphrase   the BIP-39 passphrase, if the wallet has one (often called
               "25th word"); without it another, empty wallet appears
  birthday     the day the wallet was made: nothing older need be scanned
  fingerprint  the BIP-32 master fingerprint: the restored wallet must show it
  descriptors  which addresses belong to the wallet
  owner        a key for the PIN servers' record; it opens nothing

manifest.json says what this backup is and names every file with its SHA-256.
manifest.sig signs it (Ed25519, over "cloudseed manifest 1", a zero byte and
manifest.json).
`
	}
	return `This is the files part of a Cloudseed backup: files that were attached to a
Bitcoin wallet, in the folder "files". The recovery phrase is in the wallet part.

A Lightning channel backup (channel.backup) is given to the node when it is
restored from its recovery phrase. Labels (BIP-329) are imported by the wallet.

manifest.json says what this backup is and names every file with its SHA-256.
manifest.sig signs it (Ed25519, over "cloudseed manifest 1", a zero byte and
manifest.json).
`
}
