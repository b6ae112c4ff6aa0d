// Reads every test vector of the protocol and prints what became of each, as JSON:
//
//   node protocol-vectors.mjs juicebox/testdata/vectors .
//
// docs/protocol.md describes the vectors; a test compares this with the Go client. The
// second argument is the folder from which files are named.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { open, readStanza } from "./reader.mjs";
import { Refusal, checkConfiguration, recover } from "./protocol.mjs";
import { point, scalar } from "./protocol-group.mjs";
import { readAnswer, readRequest } from "./protocol-messages.mjs";
import { checkToken } from "./protocol-token.mjs";

const [folder, top] = process.argv.slice(2);
const bytes = (hex) => Uint8Array.from(Buffer.from(hex ?? "", "hex"));
const hex = (b) => Buffer.from(b).toString("hex");

const kinds = {
  async recover(v) {
    const left = v.exchanges.slice();
    const ask = async (url, token, body) => {
      const at = left.findIndex((x) => x.url === url && x.token === token && x.request === hex(body));
      if (at < 0) throw new Error(`${url} is asked what was not recorded: ${hex(body)}`);
      const [{ status, retry_after: retryAfter, answer }] = left.splice(at, 1);
      return { status, retryAfter, body: bytes(answer) };
    };
    try {
      const secret = await recover(bytes(v.stanza), v.pin, { ask, time: v.time, blinding: bytes(v.blinding), allowFastInsecure: true });
      return { secret: hex(secret), ...(v.file && { vault: await vaultOf(v.file, secret) }) };
    } finally {
      if (left.length > 0) throw new Error(`${left.length} requests were not sent`);
    }
  },
  token: (v) => ({ role: checkToken(v.token ?? "", bytes(v.realm), v.time) }),
  request(v) {
    const { name, fields } = readRequest(bytes(v.message));
    if (v.role === "guess" && !name.startsWith("Recover")) throw new Refusal("role", "the guess key may only recover");
    if (name === "Register2") {
      if (fields.policy.num_guesses === 0) throw new Refusal("policy", "no guesses");
      scalar(fields.oprf_private_key), scalar(fields.encryption_key_scalar_share), point(fields.oprf_signed_public_key.public_key);
    }
    if (name === "Recover2") point(fields.oprf_blinded_input);
    return {};
  },
  answer: (v) => readAnswer(bytes(v.message)) && {},
  configuration: (v) => checkConfiguration(readStanza(bytes(v.stanza))) && {},
};

/** The id of the vault in a backup file, opened with the recovered key. */
async function vaultOf(file, seed) {
  const vector = readFileSync(join(top, file));
  const { stanza } = await open(Uint8Array.from(vector.subarray(vector.indexOf("\n\n") + 2)), { seed });
  return stanza.vault;
}

const readings = {};
for (const name of readdirSync(folder).filter((n) => n.endsWith(".json"))) {
  const v = JSON.parse(readFileSync(join(folder, name), "utf8"));
  try {
    readings[name] = { expect: "success", ...(await kinds[v.kind](v)) };
  } catch (e) {
    const refused = e instanceof Refusal;
    readings[name] = { expect: refused ? e.layer : `broken: ${e.stack}`, left: e.left, wait: e.wait };
  }
}
console.log(JSON.stringify(readings, null, 2));
