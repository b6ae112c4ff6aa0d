// What is inside and around a backup, each in the one form that the format allows: CBOR, JSON, tar.

/** A file was refused. layer is a name of docs/format.md. */
export class Refusal extends Error {
  constructor(layer, why) {
    super(`${layer}: ${why}`);
    this.layer = layer;
  }
}

export function insist(ok, layer, why) {
  if (!ok) throw new Refusal(layer, why);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
export const utf8 = {
  encode: (text) => new TextEncoder().encode(text),
  /** The text, or null if it is not UTF-8. */
  decode(bytes) {
    try {
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  },
};

/** One character a byte. */
export const latin1 = (bytes) => Array.from(bytes, (b) => String.fromCharCode(b)).join("");

export const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Reads one item of core deterministic CBOR and nothing behind it: numbers come as bigint. */
export function readCBOR(bytes) {
  const check = (ok, what) => insist(ok, "stanza", what);
  let at = 0;
  const take = (n) => {
    check(at + n <= bytes.length, "cut short");
    return bytes.subarray(at, (at += n));
  };
  const head = () => {
    const [first] = take(1);
    const low = first & 31;
    check(low < 28, "indefinite or reserved");
    if (low < 24) return [first >> 5, BigInt(low)];
    const size = 1 << (low - 24);
    const n = take(size).reduce((sum, b) => sum * 256n + BigInt(b), 0n);
    check(n >= (size === 1 ? 24n : 1n << BigInt(size * 4)), "a longer form than needed");
    return [first >> 5, n];
  };
  const item = (depth) => {
    check(depth <= 4, "too deep");
    const [major, n] = head();
    if (major === 0) return n;
    check(major >= 2 && major <= 5 && n <= BigInt(bytes.length), "a kind that no stanza has");
    const count = Number(n);
    if (major === 2) return take(count).slice();
    if (major === 3) {
      const text = utf8.decode(take(count));
      check(text !== null, "text that is not UTF-8");
      return text;
    }
    if (major === 4) return Array.from({ length: count }, () => item(depth + 1));
    return map(count, depth);
  };
  const map = (count, depth) => {
    const result = {};
    let before = "";
    for (let i = 0; i < count; i++) {
      const start = at;
      const key = item(depth + 1);
      const encoded = latin1(bytes.subarray(start, at));
      check(typeof key === "string" && encoded > before, "keys out of order");
      before = encoded;
      Object.defineProperty(result, key, { value: item(depth + 1), enumerable: true });
    }
    return result;
  };
  const value = item(1);
  check(at === bytes.length, "something behind the map");
  return value;
}

/** Reads JSON in the one form of a backup: an object of exactly these keys. */
export function readJSON(bytes, layer, { keys, before = () => {} }) {
  const text = utf8.decode(bytes);
  insist(text !== null, layer, "not UTF-8");
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(layer, "not JSON");
  }
  before(value);
  insist(value !== null && typeof value === "object" && Object.keys(value).join() === keys.join(), layer, "other keys");
  insist(writeJSON(value, "") + "\n" === text, layer, "not in its one form");
  return value;
}

function writeJSON(value, indent) {
  const deeper = indent + "  ";
  const lines = (open, entries, close) => (entries.length === 0 ? open + close : `${open}\n${entries.map((e) => deeper + e).join(",\n")}\n${indent}${close}`);
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return lines("[", value.map((v) => writeJSON(v, deeper)), "]");
  if (value !== null && typeof value === "object") return lines("{", Object.entries(value).map(([k, v]) => `${quote(k)}: ${writeJSON(v, deeper)}`), "}");
  return String(value);
}

const short = { '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quote(text) {
  const escaped = text.replace(/["\\\u0000-\u001f\u2028\u2029]/g, (c) => short[c] ?? "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  // Half a character cannot stand for itself in UTF-8, nor has the format an escape for it.
  return text.isWellFormed() ? `"${escaped}"` : "not text";
}

/** Reads a whole tar of the one kind that backups are: [{name, data}]. */
export function readTar(archive) {
  const check = (ok, what) => insist(ok, "tar", what);
  check(archive.length % 512 === 0, "size");
  const members = [];
  const seen = new Set();
  let rest = archive;
  while (rest.length >= 1024 && rest[0] !== 0) {
    let entry = readEntry(rest);
    let name = entry.name;
    if (entry.type === "x") {
      name = extendedName(entry.data);
      entry = readEntry(entry.rest);
    }
    check(entry.type === "0", "not a regular file");
    const text = utf8.decode(name);
    check(text !== null && plain(text.replace(/^files\//, "")), "a name that no backup has");
    check(!seen.has(fold(text)), "two members of one name");
    seen.add(fold(text));
    members.push({ name: text, data: entry.data });
    check(members.length <= 67, "too many members");
    rest = entry.rest;
  }
  check(rest.length >= 1024 && zeros(rest), "the end");
  return members;
}

const zeros = (bytes) => bytes.every((b) => b === 0);

function readEntry(bytes) {
  const check = (ok, what) => insist(ok, "tar", what);
  check(bytes.length >= 512, "cut short");
  const block = bytes.subarray(0, 512);
  const field = (at, size) => block.subarray(at, at + size);
  check(latin1(field(257, 8)) === "ustar\x0000", "another dialect");
  const sum = block.reduce((n, b, i) => n + (i >= 148 && i < 156 ? 32 : b), 0);
  check(latin1(field(148, 8)) === sum.toString(8).padStart(6, "0") + "\0 ", "checksum");
  const size = latin1(field(124, 12));
  check(/^[0-7]{11}\0$/.test(size), "size");
  const length = parseInt(size, 8);
  const end = 512 + Math.ceil(length / 512) * 512;
  check(end <= bytes.length && zeros(bytes.subarray(512 + length, end)), "cut short, or something behind the data");
  const prefix = upToZero(field(345, 155));
  const name = upToZero(field(0, 100));
  return {
    name: prefix.length ? Uint8Array.of(...prefix, 47, ...name) : name,
    type: latin1(field(156, 1)),
    data: bytes.slice(512, 512 + length),
    rest: bytes.subarray(end),
  };
}

function upToZero(field) {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

function extendedName(data) {
  const start = `${data.length} path=`;
  const fits = latin1(data.subarray(0, start.length)) === start && data.at(-1) === 10;
  insist(fits, "tar", "extended attributes");
  return data.subarray(start.length, -1);
}

function plain(name) {
  const size = utf8.encode(name).length;
  return size >= 1 && size <= 100 && /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u.test(name) && !/[/\\:*?"<>|]|^[.-]|[. ]$/.test(name);
}

// Each code point by itself: a mapping to more than one is none.
const simply = (text, change) => Array.from(text, (c) => ([...change(c)].length === 1 ? change(c) : c)).join("");
const fold = (name) => simply(simply(name.normalize("NFC"), (c) => c.toUpperCase()), (c) => c.toLowerCase());
