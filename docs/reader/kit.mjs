// The emergency kit as people type it: age's text of an identity, in blocks of four characters.

import { bech32 } from "@scure/base";

const prefix = "AGE-SECRET-KEY-PQ-1";
export const kitLength = 58; // characters behind the prefix, the last six a checksum
const blockLength = 4;
const alphabet = /[^QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]/;

/**
 * Reads a kit in upper or lower case, with or without the prefix, spaces, line ends and hyphens.
 * @returns {{seed?: Uint8Array, length: number, block?: number}} the seed if it was typed right; how
 *   many characters were typed, of 58; the first block, from 1, with a character that no kit has
 */
export function parseKit(typed) {
  const lines = typed.split("\n").filter((line) => !line.trim().startsWith("#")); // of a key file
  let data = lines.join("").toUpperCase().replace(/[\s-]/g, "");
  const bare = prefix.replaceAll("-", "");
  if (data.startsWith(bare)) data = data.slice(bare.length);
  const odd = data.search(alphabet);
  if (odd >= 0) return { length: data.length, block: Math.floor(odd / blockLength) + 1 };
  if (data.length !== kitLength) return { length: data.length };
  try {
    const { bytes } = bech32.decodeToBytes((prefix + data).toLowerCase());
    return bytes.length === 32 ? { seed: bytes, length: data.length } : { length: data.length };
  } catch {
    return { length: data.length }; // the checksum is wrong
  }
}
