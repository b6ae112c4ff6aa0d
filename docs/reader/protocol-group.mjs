// The cryptography of docs/protocol.md: ristretto255, shares, proofs, and the keys made of
// the PIN. Points and scalars are 32 bytes outside this file.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519, ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { argon2id } from "@noble/hashes/argon2.js";
import { blake2s } from "@noble/hashes/blake2.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { equal, insist, utf8 } from "./formats.mjs";

const { Point } = ristretto255;
const { Fn } = Point;

/** A point other than the identity; the library takes canonical encodings only. */
export function point(bytes) {
  let p;
  try {
    p = Point.fromBytes(bytes);
  } catch {
    insist(false, "group", "not a point");
  }
  insist(!p.is0(), "group", "the identity");
  return p;
}

/** A scalar other than zero, below the order. */
export function scalar(bytes) {
  const n = bytes.reduceRight((sum, b) => sum * 256n + BigInt(b), 0n);
  insist(n > 0n && n < Fn.ORDER, "group", "not a scalar");
  return n;
}

const scalarBytes = (n) => Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n));
const wide = (bytes) => Fn.create(bytes.reduceRight((sum, b) => sum * 256n + BigInt(b), 0n));
const hashToGroup = (input) => ristretto255_hasher.deriveToCurve(sha512(input));

export const randomScalar = () => wide(crypto.getRandomValues(new Uint8Array(64)));
export const blind = (input, r) => hashToGroup(input).multiply(r).toBytes();

/** Joins parts, each behind its length in size bytes. */
function lengths(size, ...parts) {
  return concatBytes(...parts.flatMap((p) => [Uint8Array.from({ length: size }, (_, i) => (p.length >> (8 * (size - 1 - i))) & 255), p]));
}

const costs = { Standard2019: { t: 32, m: 16384 }, FastInsecure: { t: 1, m: 8 } };

export function stretch(pin, hashing, version, info) {
  const b = argon2id(pin, lengths(4, version, info), { ...costs[hashing], p: 1, dkLen: 64 });
  return { accessKey: b.slice(0, 32), seed: b.slice(32) };
}

/** That the key was signed for this realm, by a key that is not of small order. */
export function checkSignedKey(realm, { public_key, verifying_key, signature }) {
  let ok = false;
  try {
    const small = (bytes) => ed25519.Point.fromBytes(bytes, true).isSmallOrder();
    ok = !small(verifying_key) && !small(signature.subarray(0, 32)) && ed25519.verify(signature, lengths(2, realm, public_key), verifying_key, { zip215: false });
  } catch {} // not even points
  insist(ok, "signature", "not signed for this realm");
}

/** That result is blinded times the scalar behind key. */
export function checkProof(blinded, key, result, proof) {
  const [u, v, w, c, z] = [point(blinded), point(key), point(result), scalar(proof.c), scalar(proof.beta_z)];
  const vt = Point.BASE.multiply(z).subtract(v.multiply(c));
  const wt = u.multiply(z).subtract(w.multiply(c));
  const hash = sha512(concatBytes(utf8.encode("Juicebox_DLEQ_2023_1;"), ...[u, v, w, vt, wt].map((p) => p.toBytes())));
  insist(wide(hash) === c, "proof", "it does not hold");
}

/** The weight at 0 of each share's number. */
const weights = (indices) =>
  indices.map((own) => indices.filter((x) => x !== own).reduce((l, x) => Fn.mul(l, Fn.mul(BigInt(x), Fn.inv(Fn.create(BigInt(x - own))))), 1n));

export function combineScalars(indices, shares) {
  return scalarBytes(weights(indices).reduce((sum, l, i) => Fn.add(sum, Fn.mul(l, scalar(shares[i]))), 0n));
}

/** The OPRF's output for input, from the realms' results. */
export function finish(input, r, indices, results) {
  const sum = weights(indices).reduce((p, l, i) => p.add(point(results[i]).multiply(l)), Point.ZERO);
  return sha512(concatBytes(utf8.encode("Juicebox_OPRF_2023_1;"), input, sum.multiply(Fn.inv(r)).toBytes()));
}

export function unlockKeys(output) {
  const d = sha512(output);
  return { commitment: d.slice(0, 32), unlockKey: d.slice(32) };
}

const mac = (size, key, ...parts) => blake2s(lengths(4, ...parts), { key, dkLen: size });
export const unlockTag = (unlockKey, realm) => mac(16, unlockKey, utf8.encode("Unlock Key Tag"), realm);

export function checkPart(unlockKey, realm, part) {
  const { encryption_key_scalar_share: share, encrypted_secret: sealed, encrypted_secret_commitment: commitment } = part;
  insist(equal(mac(16, unlockKey, utf8.encode("Encrypted User Secret Commitment"), realm, share, sealed), commitment), "part", "not the one registered");
  scalar(share);
}

/** Decrypts the secret. */
export function unseal(seed, encryptionScalar, sealed) {
  const key = mac(32, seed, utf8.encode("User Secret Encryption Key"), encryptionScalar);
  let padded;
  try {
    padded = chacha20poly1305(key, new Uint8Array(12)).decrypt(sealed);
  } catch {
    insist(false, "secret", "it does not open");
  }
  insist(padded[0] <= 128, "secret", "longer than it can be");
  return padded.slice(1, 1 + padded[0]);
}
