// The age file around a backup: its header read strictly, its payload opened by age-encryption.

import { Decrypter } from "age-encryption";
import { base64nopad, bech32 } from "@scure/base";
import { Refusal, insist, latin1 } from "./formats.mjs";

const intro = "age-encryption.org/v1\n";

/** Reads the stanzas of an age header, and insists on its grammar. */
export function readHeader(sealed) {
  const start = latin1(sealed.subarray(0, intro.length));
  if (start === "" || !intro.startsWith(start)) throw new Refusal("not a backup", "it does not begin as an age file");
  const lines = linesOf(sealed);
  lines.next();
  const stanzas = [];
  for (;;) {
    const line = nextLine(lines);
    if (line.startsWith("---")) {
      insist(/^--- [^ ]+$/.test(line) && base64(line.slice(4)).length === 32, "age header", "the last line");
      insist(stanzas.length > 0, "age header", "no stanzas");
      return stanzas;
    }
    insist(/^->( [!-~]+)+$/.test(line), "age header", "a stanza's first line");
    const [, type, ...args] = line.split(" ");
    stanzas.push({ type, args, body: readBody(lines) });
  }
}

function readBody(lines) {
  const parts = [];
  for (;;) {
    const line = nextLine(lines);
    insist(line.length <= 64, "age header", "a long line");
    parts.push(line);
    if (line.length < 64) return base64(parts.join(""));
  }
}

function* linesOf(sealed) {
  for (let at = 0; ; ) {
    const end = sealed.indexOf(10, at);
    if (end < 0) return;
    yield latin1(sealed.subarray(at, end));
    at = end + 1;
  }
}

function nextLine(lines) {
  const { value, done } = lines.next();
  insist(!done, "age header", "cut short");
  return value;
}

function base64(text) {
  try {
    return base64nopad.decode(text);
  } catch {
    throw new Refusal("age header", "base64");
  }
}

/** The text form of the identity with that seed. */
export const identityText = (seed) => bech32.encodeFromBytes("age-secret-key-pq-", seed).toUpperCase();

/**
 * Opens the payload of a file whose header was read. First the header alone: so what fails
 * before the file key is known, at the MAC, and behind it can be told apart.
 */
export async function decrypt(sealed, seed) {
  const inner = new Decrypter();
  inner.addIdentity(identityText(seed));
  const [hybrid] = inner.identities;
  const outer = new Decrypter();
  outer.addIdentity({
    async unwrapFileKey(stanzas) {
      const fileKey = await refuse("age header", async () => hybrid.unwrapFileKey(stanzas));
      if (fileKey === null) throw new Refusal("wrong key", "not sealed to this key");
      return fileKey;
    },
  });
  await refuse("header MAC", () => outer.decryptHeader(sealed));
  const archive = await refuse("payload", () => outer.decrypt(sealed));
  insist(archive.length <= 4 << 20, "payload", "more than 4 MiB");
  return archive;
}

// refuse turns any other failure into a Refusal of that layer.
async function refuse(layer, run) {
  try {
    return await run();
  } catch (e) {
    throw e instanceof Refusal ? e : new Refusal(layer, e.message);
  }
}
