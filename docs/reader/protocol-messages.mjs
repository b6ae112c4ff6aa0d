// The messages between client and realm, as docs/protocol.md lists them: CBOR, each field
// with its one length.

import { concatBytes } from "@noble/hashes/utils.js";
import { equal, insist, utf8 } from "./formats.mjs";

const number = "number"; // of 16 bits; every other layout is a length in bytes
const signedKey = { public_key: 32, verifying_key: 32, signature: 64 };

const requests = {
  Register1: null,
  Register2: {
    version: 16, oprf_private_key: 32, oprf_signed_public_key: signedKey, unlock_key_commitment: 32, unlock_key_tag: 16,
    encryption_key_scalar_share: 32, encrypted_secret: 145, encrypted_secret_commitment: 16, policy: { num_guesses: number },
  },
  Recover1: null,
  Recover2: { version: 16, oprf_blinded_input: 32 },
  Recover3: { version: 16, unlock_key_tag: 16 },
  Delete: null,
};

const none = null;
const answers = {
  Register1: { Ok: none },
  Register2: { Ok: none },
  Recover1: { Ok: { version: 16 }, NotRegistered: none, NoGuesses: none },
  Recover2: {
    Ok: {
      oprf_signed_public_key: signedKey, oprf_blinded_result: 32, oprf_proof: { c: 32, beta_z: 32 },
      unlock_key_commitment: 32, num_guesses: number, guess_count: number,
    },
    VersionMismatch: none, NotRegistered: none, NoGuesses: none,
  },
  Recover3: {
    Ok: { encryption_key_scalar_share: 32, encrypted_secret: 145, encrypted_secret_commitment: 16 },
    BadUnlockKeyTag: { guesses_remaining: number }, VersionMismatch: none, NotRegistered: none, NoGuesses: none,
  },
  Delete: { Ok: none },
};

const check = (ok, why) => insist(ok, "message", why);
const own = (object, key) => (typeof key === "string" && Object.hasOwn(object, key) ? object[key] : undefined);

/** The bytes of a request; fields are those of its layout, nested alike. */
export function writeRequest(name, fields) {
  const layout = requests[name];
  return layout ? concatBytes(head(5, 1), text(name), writeFields(layout, fields)) : text(name);
}

/** Reads a request as a realm does: it has one encoding and no other. */
export function readRequest(bytes) {
  check(bytes.length <= 2048, "more than 2048 bytes");
  const [name, value] = named(readCBOR(bytes));
  const layout = own(requests, name);
  check(layout !== undefined, "an unknown request");
  if (layout === null) check(value === undefined, "fields where none belong");
  const request = { name, fields: layout ? readFields(layout, value) : {} };
  check(equal(writeRequest(name, request.fields), bytes), "not in its one encoding");
  return request;
}

/** Reads an answer: fields that it does not know are passed over. */
export function readAnswer(bytes) {
  check(bytes.length <= 4096, "more than 4096 bytes");
  const [name, inner] = named(readCBOR(bytes));
  check(inner !== undefined, "no status");
  const [status, value] = named(inner);
  const layout = own(own(answers, name) ?? {}, status);
  check(layout !== undefined, "an unknown answer");
  if (layout === null) check(value === undefined, "fields where none belong");
  return { name, status, fields: layout ? readFields(layout, value) : {} };
}

/** A text alone, or the one entry of a map. */
function named(item) {
  if (typeof item === "string") return [item, undefined];
  check(item instanceof Map && item.size === 1, "neither a text nor one entry");
  const [[name, value]] = item;
  check(typeof name === "string", "a name that is no text");
  return [name, value];
}

function readFields(layout, item) {
  check(item instanceof Map, "no fields");
  const fields = {};
  for (const [key, kind] of Object.entries(layout)) {
    const value = item.get(key);
    if (kind === number) check(typeof value === "bigint" && value >= 0n && value < 65536n, key);
    else if (typeof kind === "number") check(value instanceof Uint8Array && value.length === kind, key);
    fields[key] = kind === number ? Number(value) : typeof kind === "object" ? readFields(kind, value) : value;
  }
  return fields;
}

function writeFields(layout, fields) {
  const entries = Object.entries(layout).map(([key, kind]) => {
    const value = fields[key];
    const bytes = kind === number ? head(0, value) : typeof kind === "object" ? writeFields(kind, value) : concatBytes(head(2, value.length), value);
    return concatBytes(text(key), bytes);
  });
  return concatBytes(head(5, entries.length), ...entries);
}

function head(major, n) {
  if (n < 24) return Uint8Array.of((major << 5) | n);
  if (n < 256) return Uint8Array.of((major << 5) | 24, n);
  return Uint8Array.of((major << 5) | 25, n >> 8, n & 255);
}

function text(s) {
  const bytes = utf8.encode(s);
  return concatBytes(head(3, bytes.length), bytes);
}

/** Reads one item and nothing behind it: definite lengths, no tags, no key twice. */
function readCBOR(bytes) {
  let at = 0;
  const take = (n) => {
    check(at + n <= bytes.length, "cut short");
    return bytes.subarray(at, (at += n));
  };
  const item = (depth) => {
    check(depth <= 8, "too deep");
    const [first] = take(1);
    const [major, low] = [first >> 5, first & 31];
    check(low < 28 && major !== 6, "indefinite, reserved or tagged");
    const n = low < 24 ? BigInt(low) : take(1 << (low - 24)).reduce((sum, b) => sum * 256n + BigInt(b), 0n);
    if (major === 0) return n;
    if (major === 1) return -1n - n;
    if (major === 7) return { simple: n };
    check(n <= BigInt(bytes.length), "cut short");
    const count = Number(n);
    if (major === 2) return take(count).slice();
    if (major === 3) {
      const s = utf8.decode(take(count));
      check(s !== null, "text that is not UTF-8");
      return s;
    }
    if (major === 4) return Array.from({ length: count }, () => item(depth + 1));
    const map = new Map();
    for (let i = 0; i < count; i++) {
      const key = item(depth + 1);
      check(typeof key === "string" && !map.has(key), "a key that is no text, or comes twice");
      map.set(key, item(depth + 1));
    }
    return map;
  };
  const read = item(1);
  check(at === bytes.length, "bytes behind it");
  return read;
}

