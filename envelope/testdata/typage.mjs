// What npm's age-encryption, an age of other people, makes of our files. It reads from standard
// input the seed's identity, a sealed file and its stanza's body, and writes what is inside the
// file, and that sealed again: to the same key, and to an X25519 key beside it. It has no
// label check, so it writes that mixture. Bytes are in base64.
import { Decrypter, Encrypter, Stanza, generateX25519Identity, identityToRecipient } from "age-encryption";
import { readFileSync } from "node:fs";

const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const input = JSON.parse(readFileSync(0, "utf8"));
const sealed = Uint8Array.from(Buffer.from(input.sealed, "base64"));
const body = Uint8Array.from(Buffer.from(input.stanza, "base64"));

const decrypter = new Decrypter();
decrypter.addIdentity(input.identity);
const inside = await decrypter.decrypt(sealed);

async function seal(...recipients) {
  const e = new Encrypter();
  e.addRecipient({ wrapFileKey: () => [new Stanza(["cloudseed/1"], body)] });
  recipients.forEach((r) => e.addRecipient(r));
  return base64(await e.encrypt(inside));
}

const ours = await identityToRecipient(input.identity);
const theirs = await identityToRecipient(await generateX25519Identity());
console.log(JSON.stringify({ inside: base64(inside), again: await seal(ours), mixture: await seal(ours, theirs), first: await seal(theirs, ours) }));
