// A reader of Cloudseed's backup files that follows docs/format.md and shares no code with the
// program's own. It opens a file with
// the seed of an identity (the vault key, the files key or the emergency kit), or a files part
// with the recovery phrase, and checks all that the format asks for.
//
// It needs age-encryption, @noble/curves, @noble/hashes, @scure/base and @scure/bip39 from npm; nothing of it
// reads the clock, the network or the disk.

import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { mnemonicToEntropy } from "@scure/bip39";
import { decrypt, readHeader } from "./age.mjs";
import { Refusal, equal, insist, readCBOR, readJSON, readTar, utf8 } from "./formats.mjs";

export { Refusal };

const format = "cloudseed/1";
const isNewer = (name) => typeof name === "string" && name.startsWith("cloudseed/") && name !== format;
const hash = (bytes) => bytesToHex(sha256(bytes));

/**
 * Opens a sealed file. Fails with a Refusal, whose layer says what refused it.
 * @param {Uint8Array} sealed
 * @param {{seed?: Uint8Array, phrase?: string, language?: string}} key what to open it with
 */
export async function open(sealed, { seed, phrase, language = "english" }) {
  const stanza = inspect(sealed);
  let entropy = phrase && mnemonicToEntropy(phrase, await wordlist(language));
  seed ??= derive(entropy, stanza.salt, "cloudseed/1 files");
  const archive = await decrypt(sealed, seed);
  const opened = readMembers(stanza, readTar(archive));
  if (opened.wallet) entropy = await phraseEntropy(opened.wallet);
  if (entropy) checkRoot(stanza, entropy);
  return { stanza, ...opened };
}

/** Reads the stanza of a sealed file without opening it. */
export function inspect(sealed) {
  if (sealed.length > 8 << 20) throw new Refusal("too large", "more than 8 MiB");
  const stanzas = readHeader(sealed);
  const ours = [];
  for (const { type, args, body } of stanzas) {
    if (isNewer(type)) throw new Refusal("newer version", type);
    if (type !== format) continue;
    insist(args.length === 0, "stanza", "with arguments");
    ours.push(body);
  }
  if (ours.length === 0) throw new Refusal("not a backup", "an age file of something else");
  const others = stanzas.filter((s) => s.type !== format);
  // Age libraries read a mixture of hybrid and other recipients; whoever holds a key of another
  // kind could then open the file.
  insist(others.every((s) => s.type === "mlkem768x25519"), "age header", "a recipient of another kind");
  insist(ours.length === 1 && stanzas.length <= 8, "age header", "recipients that no backup has");
  return readStanza(ours[0]);
}

export function readStanza(body) {
  const check = (ok, what) => insist(ok, "stanza", what);
  check(body.length <= 16384, "too large");
  check(body.length > 64, "cut short");
  const map = body.subarray(0, -64);
  const s = readCBOR(map);
  check(s !== null && typeof s === "object" && !Array.isArray(s) && !(s instanceof Uint8Array), "not a map");
  if (isNewer(s.format)) throw new Refusal("newer version", s.format);
  const keys = ["root", "salt", "guess", "nonce", "owner", "format", "realms", "tenant", "guesses", "hashing", "recover", "register", "registration"];
  check(Object.keys(s).join() === keys.join(), "other keys");
  const bytes = (v, ...sizes) => v instanceof Uint8Array && sizes.includes(v.length);
  const text = (v, max) => typeof v === "string" && v !== "" && utf8.encode(v).length <= max;
  const number = (v, min, max) => typeof v === "bigint" && v >= min && v <= max;
  check(s.format === format, "another format");
  check(bytes(s.root, 32) && bytes(s.owner, 32) && bytes(s.salt, 16) && bytes(s.nonce, 16) && bytes(s.guess, 0, 32), "bytes of a wrong length");
  check(Array.isArray(s.realms) && s.realms.length >= 1 && s.realms.length <= 255, "realms");
  for (const [i, realm] of s.realms.entries()) {
    check(Array.isArray(realm) && realm.length === 2 && bytes(realm[0], 16) && text(realm[1], 512), "a realm");
    check(i === 0 || bytesToHex(s.realms[i - 1][0]) < bytesToHex(realm[0]), "realms out of order");
  }
  const all = BigInt(s.realms.length);
  check(text(s.tenant, 64) && text(s.hashing, 32), "texts");
  check(number(s.guesses, 1, 65535) && number(s.registration, 1, 2n ** 64n - 1n), "numbers");
  check(number(s.register, all, all) && number(s.recover, all / 2n + 1n, all), "thresholds");
  check(verify(body.subarray(-64), "cloudseed stanza 1\0", map, s.root), "signature does not match");
  return { ...s, vault: hash(s.root), hash: hash(body) };
}

function verify(signature, context, message, publicKey) {
  try {
    return ed25519.verify(signature, concatBytes(utf8.encode(context), message), publicKey, { zip215: false });
  } catch {
    return false; // of a wrong length, or no point
  }
}

function readMembers(stanza, members) {
  const [readme, manifestFile, signature, ...contents] = members;
  insist(readme?.name === "README.txt" && manifestFile?.name === "manifest.json" && signature?.name === "manifest.sig", "tar", "does not begin as it must");
  insist(signature.data.length === 64 && verify(signature.data, "cloudseed manifest 1\0", manifestFile.data, stanza.owner), "manifest signature", "not by the owner key");
  const manifest = readManifest(stanza, manifestFile.data);
  const listed = [readme, ...contents].map(({ name, data }) => ({ name, size: data.length, sha256: hash(data) }));
  insist(JSON.stringify(listed) === JSON.stringify(manifest.members), "members", "not what the manifest says");
  const opened = { manifest, manifestHash: hash(manifestFile.data) };
  if (manifest.part === "wallet") {
    insist(contents.length === 1 && contents[0].name === "wallet.json", "members", "not wallet.json alone");
    return { ...opened, wallet: readWallet(stanza, contents[0].data) };
  }
  insist(contents.every((m) => m.name.startsWith("files/")), "members", "a file outside files/");
  return { ...opened, files: contents };
}

const isHash = (v) => typeof v === "string" && /^[0-9a-f]{64}$/.test(v);
const isText = (v) => typeof v === "string";
const isTexts = (v) => Array.isArray(v) && v.every(isText);
const isGeneration = (v) => Number.isInteger(v) && v >= 1 && v <= 2 ** 31 - 1;

function readManifest(stanza, data) {
  const m = readJSON(data, "manifest", {
    before: (v) => {
      if (isNewer(v?.format)) throw new Refusal("newer version", v.format);
    },
    keys: ["format", "vault", "stanza", "part", "generation", "previous", "created", "device", "files", "places", "members"],
  });
  const check = (ok, what) => insist(ok, "manifest", what);
  const keys = (v, ...names) => v !== null && typeof v === "object" && Object.keys(v).join() === names.join();
  check(m.format === format, "another format");
  check(m.vault === stanza.vault && m.stanza === stanza.hash, "of another vault or stanza");
  check(m.part === "wallet" || m.part === "files", "part");
  check(isGeneration(m.generation), "generation");
  check(m.previous === "" || (isHash(m.previous) && m.generation > 1), "previous");
  check(isTime(m.created) && isText(m.device), "created, device");
  check(keys(m.files, "generation", "sha256"), "files");
  const none = m.files.generation === 0 && m.files.sha256 === "";
  check(none || (m.part === "wallet" && isGeneration(m.files.generation) && isHash(m.files.sha256)), "files");
  check(isTexts(m.places) && (m.part === "wallet" || m.places.length === 0), "places");
  check(Array.isArray(m.members), "members");
  for (const member of m.members) {
    check(keys(member, "name", "size", "sha256") && isText(member.name) && Number.isInteger(member.size) && isHash(member.sha256), "members");
  }
  return m;
}

/**
 * Reads a receipt: who has opened the vault's files, and which. Fails with a Refusal.
 * @param {Uint8Array} data
 * @param {Uint8Array} root the root public key, as it stands in the vault's stanzas
 */
export function readReceipt(data, root) {
  const check = (ok, what) => insist(ok, "receipt", what);
  check(data.length > 129 && data.length <= 16384, "size");
  const encoded = data.subarray(0, -129);
  const line = utf8.decode(data.subarray(-129)) ?? "";
  check(/^[0-9a-f]{128}\n$/.test(line), "signature not in hex");
  check(verify(hexToBytes(line.slice(0, -1)), "cloudseed receipt 1\0", encoded, root), "not signed by the root key");
  const r = readJSON(encoded, "receipt", {
    before: (v) => {
      if (isNewer(v?.format)) throw new Refusal("newer version", v.format);
    },
    keys: ["format", "vault", "stanza", "registration", "files", "device", "opened", "opening"],
  });
  check(r.format === format && r.vault === hash(root) && isHash(r.stanza), "of another format or vault");
  check(Number.isSafeInteger(r.registration) && r.registration >= 1, "registration");
  check(Array.isArray(r.files) && [1, 2].includes(r.files.length) && r.files.every(isHash), "files");
  check(isText(r.device) && utf8.encode(r.device).length <= 100 && isTime(r.opened) && isHash(r.opening), "device, opened, opening");
  return r;
}

function isTime(v) {
  if (!isText(v) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(v)) return false;
  const time = new Date(v);
  return !Number.isNaN(time.getTime()) && time.toISOString() === v.replace("Z", ".000Z");
}

function readWallet(stanza, data) {
  const w = readJSON(data, "wallet", { keys: ["phrase", "language", "passphrase", "name", "birthday", "fingerprint", "descriptors", "owner"] });
  const { descriptors, ...texts } = w;
  insist(Object.values(texts).every(isText) && isTexts(descriptors) && w.phrase !== "", "wallet", "a value of another kind");
  insist(isHash(w.owner), "wallet", "owner");
  insist(equal(ed25519.getPublicKey(hexToBytes(w.owner)), stanza.owner), "wallet", "another owner key");
  return w;
}

// The lists by the names of the format. Each import is written out, so that a bundler finds it.
const lists = {
  english: () => import("@scure/bip39/wordlists/english.js"),
  japanese: () => import("@scure/bip39/wordlists/japanese.js"),
  korean: () => import("@scure/bip39/wordlists/korean.js"),
  spanish: () => import("@scure/bip39/wordlists/spanish.js"),
  french: () => import("@scure/bip39/wordlists/french.js"),
  italian: () => import("@scure/bip39/wordlists/italian.js"),
  czech: () => import("@scure/bip39/wordlists/czech.js"),
  portuguese: () => import("@scure/bip39/wordlists/portuguese.js"),
  chinese_simplified: () => import("@scure/bip39/wordlists/simplified-chinese.js"),
  chinese_traditional: () => import("@scure/bip39/wordlists/traditional-chinese.js"),
};

async function wordlist(language) {
  insist(Object.hasOwn(lists, language), "wallet", "language");
  return (await lists[language]()).wordlist;
}

async function phraseEntropy(wallet) {
  const list = await wordlist(wallet.language);
  try {
    return mnemonicToEntropy(wallet.phrase, list);
  } catch {
    throw new Refusal("wallet", "no BIP-39 phrase of its language");
  }
}

const derive = (entropy, salt, info) => hkdf(sha256, entropy, salt, utf8.encode(info), 32);

function checkRoot(stanza, entropy) {
  const root = ed25519.getPublicKey(derive(entropy, stanza.salt, "cloudseed/1 root"));
  insist(equal(root, stanza.root), "root key", "the phrase does not yield it");
}
