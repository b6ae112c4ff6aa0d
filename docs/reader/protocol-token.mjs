// Tokens of the built-in tenant, as docs/protocol.md describes them: making one, and what a
// realm asks of one.

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";
import { insist, utf8 } from "./formats.mjs";

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Base64url without padding. */
function encode(bytes) {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const n = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += [18, 12, 6, 0].slice(0, Math.min(bytes.length - i, 3) + 1).map((s) => digits[(n >> s) & 63]).join("");
  }
  return out;
}

/** The bytes, or null if this is not the one text for them. */
function decode(text) {
  const values = Array.from(text, (c) => digits.indexOf(c));
  if (values.includes(-1)) return null;
  const bytes = new Uint8Array(Math.floor((values.length * 6) / 8));
  values.forEach((v, i) => {
    for (let bit = 0; bit < 6; bit++) if ((v >> (5 - bit)) & 1) bytes[(i * 6 + bit) >> 3] |= 128 >> ((i * 6 + bit) & 7);
  });
  return encode(bytes) === text ? bytes : null;
}

/** A guess key's token for one realm, which holds ten minutes around time (Unix seconds). */
export function guessToken(owner, guessSeed, realm, time) {
  const claims = {
    aud: bytesToHex(realm), exp: time + 600, iat: time - 600, iss: "cloudseed", nbf: time - 600, scope: "user",
    sub: encode(concatBytes(owner, ed25519.getPublicKey(guessSeed))),
  };
  const part = (v) => encode(utf8.encode(JSON.stringify(v)));
  const text = `${part({ alg: "EdDSA", kid: "cloudseed:2", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${encode(ed25519.sign(utf8.encode(text), guessSeed))}`;
}

/** Checks a token as a realm does, and says whose it is: "owner" or "guess". */
export function checkToken(token, realm, time) {
  const check = (ok, why) => insist(ok, "token", why);
  check(token.length <= 2048, "too long");
  const parts = token.split(".");
  const [header, claims, signature] = parts.map(decode);
  check(parts.length === 3 && header && claims && signature, "malformed");
  const read = (bytes) => {
    try {
      return JSON.parse(utf8.decode(bytes));
    } catch {
      return null;
    }
  };
  const [h, c] = [read(header), read(claims)];
  const object = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
  check(object(h) && object(c), "malformed");
  check(h.alg === "EdDSA", "another algorithm");
  const role = { "cloudseed:1": "owner", "cloudseed:2": "guess" }[h.kid];
  check(role !== undefined && typeof h.kid === "string", "another key");
  const keys = typeof c.sub === "string" ? decode(c.sub) : null;
  check(keys?.length === 64, "the subject is not two keys");
  const key = role === "owner" ? keys.subarray(0, 32) : keys.subarray(32);
  check(verify(signature, utf8.encode(token.slice(0, token.lastIndexOf("."))), key), "its signature does not hold");
  const aud = Array.isArray(c.aud) && c.aud.length === 1 ? c.aud[0] : c.aud;
  check(aud === bytesToHex(realm), "not for this realm alone");
  check(c.iss === "cloudseed" && c.scope === "user", "issuer or scope");
  check(typeof c.exp === "number" && typeof c.nbf === "number", "no times");
  check(time < c.exp + 5 && time >= c.nbf - 5 && c.exp - c.nbf <= 86400 + 5, "not now, or for too long");
  return role;
}

function verify(signature, message, key) {
  try {
    return signature.length === 64 && ed25519.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}

