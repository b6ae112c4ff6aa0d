// Reads every test vector of a folder and prints what became of each, as JSON:
//
//   node vectors.mjs envelope/testdata/vectors
//
// docs/format.md describes the vectors; a test compares this with the other reader.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal, open, readReceipt } from "./reader.mjs";

const [folder] = process.argv.slice(2);
const readings = {};
for (const name of readdirSync(folder)) {
  readings[name] = await read(readFileSync(join(folder, name)));
}
console.log(JSON.stringify(readings, null, 2));

async function read(vector) {
  const end = vector.indexOf("\n\n");
  const head = Object.fromEntries(vector.subarray(0, end).toString().split("\n").map((line) => line.split(/: (.*)/s, 2)));
  if (head.root) return readSigned(Uint8Array.from(vector.subarray(end + 2)), Uint8Array.from(Buffer.from(head.root, "hex")));
  const seed = head.seed && Uint8Array.from(Buffer.from(head.seed, "hex"));
  try {
    const { stanza, manifest, manifestHash, wallet } = await open(Uint8Array.from(vector.subarray(end + 2)), { seed, phrase: head.phrase });
    return { expect: "success", vault: stanza.vault, stanza: stanza.hash, manifest: manifestHash, part: manifest.part, holds: wallet?.phrase };
  } catch (e) {
    return { expect: e instanceof Refusal ? e.layer : `broken: ${e.stack}` };
  }
}

function readSigned(receipt, root) {
  try {
    readReceipt(receipt, root);
    return { expect: "success" };
  } catch (e) {
    return { expect: e instanceof Refusal ? e.layer : `broken: ${e.stack}` };
  }
}
