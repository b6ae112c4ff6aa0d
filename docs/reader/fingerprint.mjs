// The master fingerprint of a wallet (BIP-39, BIP-32): the first four bytes of RIPEMD-160 of
// SHA-256 of the compressed master public key.

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hmac } from "@noble/hashes/hmac.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { mnemonicToSeedSync } from "@scure/bip39";

/** The fingerprint that words and BIP-39 passphrase give, 8 lower-case hex digits. */
export function fingerprint(phrase, passphrase) {
  const master = hmac(sha512, utf8ToBytes("Bitcoin seed"), mnemonicToSeedSync(phrase, passphrase)).subarray(0, 32);
  return bytesToHex(ripemd160(sha256(secp256k1.getPublicKey(master)))).slice(0, 8);
}
