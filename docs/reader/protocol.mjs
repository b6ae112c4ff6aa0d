// A client of the PIN servers that follows docs/protocol.md and shares no code with the
// program's own: from the stanza of a backup file and the PIN to the vault key, with which
// reader.mjs opens the file.
//
// It needs @noble/ciphers, @noble/curves and @noble/hashes from npm. It reads neither clock nor
// network itself: time and ask come from whoever calls.

import { Refusal, equal, insist, utf8 } from "./formats.mjs";
import * as group from "./protocol-group.mjs";
import { readAnswer, writeRequest } from "./protocol-messages.mjs";
import { guessToken } from "./protocol-token.mjs";
import { readStanza } from "./reader.mjs";
import { hexToBytes } from "@noble/hashes/utils.js";

export { Refusal };

/**
 * Gets the secret back. Spends a guess at each realm that is asked for its part of the OPRF.
 * @param {Uint8Array} body the stanza's, as it stands in the file
 * @param {string} pin as typed
 * @param {object} options
 * @param {(url: string, token: string, body: Uint8Array) => Promise<{status: number, retryAfter?: string, body: Uint8Array}>} options.ask
 *   posts to a realm; must not follow redirects; null if the realm does not answer
 * @param {number} options.time Unix seconds
 * @param {Uint8Array} [options.blinding] for tests
 * @param {boolean} [options.allowFastInsecure] for tests
 */
export async function recover(body, pin, { ask, time, blinding, allowFastInsecure = false }) {
  const stanza = readStanza(body);
  const realms = checkConfiguration(stanza, allowFastInsecure).map((r) => ({ ...r, token: guessToken(stanza.owner, stanza.guess, r.id, time) }));
  const need = Number(stanza.recover);
  const request = (phase, realms, message, read) => gather(realms, need, async (r) => read(r, await send(ask, r, phase, message(r))));

  const found = await request("Recover1", realms, () => ({}), (r, { fields }) => ({ ...r, version: fields.version }));
  const current = majority(found, need, "not registered", (r) => [r.version]);
  const { version } = current[0];

  const { accessKey, seed } = group.stretch(utf8.encode(pin.normalize("NFKC")), stanza.hashing, version, hexToBytes(stanza.hash));
  const factor = blinding ? group.scalar(blinding) : group.randomScalar();
  const blinded = group.blind(accessKey, factor);
  const evaluated = await request("Recover2", current, () => ({ version, oprf_blinded_input: blinded }), (r, { fields: f }) => {
    group.checkSignedKey(r.id, f.oprf_signed_public_key);
    group.checkProof(blinded, f.oprf_signed_public_key.public_key, f.oprf_blinded_result, f.oprf_proof);
    insist(f.guess_count <= f.num_guesses, "count", "more guesses spent than there are");
    return { ...r, f, left: f.num_guesses - f.guess_count };
  });
  const agreed = majority(evaluated, need, "disagree", ({ f }) => [f.unlock_key_commitment, f.oprf_signed_public_key.verifying_key]);
  const output = group.finish(accessKey, factor, agreed.map((r) => r.index), agreed.map((r) => r.f.oprf_blinded_result));
  const { commitment, unlockKey } = group.unlockKeys(output);
  if (!equal(commitment, agreed[0].f.unlock_key_commitment)) throw wrongPIN(Math.min(...agreed.map((r) => r.left)));

  const tag = (r) => ({ version, unlock_key_tag: group.unlockTag(unlockKey, r.id) });
  const parts = await request("Recover3", current, tag, (r, { fields }) => {
    group.checkPart(unlockKey, r.id, fields);
    return { ...r, share: fields.encryption_key_scalar_share, sealed: fields.encrypted_secret };
  });
  const same = majority(parts, need, "disagree", (r) => [r.sealed]);
  return group.unseal(seed, group.combineScalars(same.map((r) => r.index), same.map((r) => r.share)), same[0].sealed);
}

/** The realms of a stanza, numbered in order of id, or a refusal before any of them is asked. */
export function checkConfiguration(stanza, allowFastInsecure = false) {
  const check = (ok, why) => insist(ok, "configuration", why);
  check(stanza.hashing === "Standard2019" || (stanza.hashing === "FastInsecure" && allowFastInsecure), "PIN hashing");
  return stanza.realms.map(([id, address], i) => {
    // What a URL library would forgive is refused: the address must say what it means.
    check(/^https?:\/\/[^/?#@\\]/.test(address) && !/[?#]/.test(address) && URL.canParse(address), "address");
    const url = new URL("req", address);
    const loopback = url.hostname === "localhost" || /^127\.\d+\.\d+\.\d+$/.test(url.hostname) || url.hostname === "[::1]";
    check(!url.username && !url.password && (url.protocol === "https:" || loopback), "address");
    return { id, url: url.href, index: i + 1 };
  });
}

const wrongPIN = (left) => Object.assign(new Refusal("wrong PIN", `${left} left`), { left });

/** Sends one request and reads the answer that belongs to it. */
async function send(ask, realm, name, fields) {
  const reply = await ask(realm.url, realm.token, writeRequest(name, fields));
  insist(reply !== null, "unreachable", "no answer");
  const { status } = reply;
  if (status === 429) throw Object.assign(new Refusal("busy", "asks to wait"), { wait: Number(reply.retryAfter ?? 0) });
  if (status < 200 || status > 299) {
    throw new Refusal({ 401: "unauthorized", 426: "upgrade", 400: "refused", 413: "refused" }[status] ?? "unreachable", `status ${status}`);
  }
  const answer = readAnswer(reply.body);
  insist(answer.name === name, "message", "answer to another request");
  if (answer.status === "NotRegistered") throw new Refusal("not registered", "it has no record");
  if (answer.status === "NoGuesses") throw wrongPIN(0);
  if (answer.status === "BadUnlockKeyTag") throw wrongPIN(answer.fields.guesses_remaining);
  insist(answer.status === "Ok", "status", answer.status);
  return answer;
}

// Which failure decides when too few realms did their part; what is not listed stands
// between busy and unreachable.
const order = ["wrong PIN", "not registered", "unauthorized", "upgrade", "busy"];
function rank(e) {
  if (e.layer === "unreachable") return order.length + 1;
  const at = order.indexOf(e.layer);
  return at < 0 ? order.length : at;
}

/** Asks all at the same time; fewer good answers than needed are the failure that decides. */
async function gather(realms, need, each) {
  const results = await Promise.allSettled(realms.map(each));
  const good = results.filter((r) => r.status === "fulfilled").map((r) => r.value);
  const bad = results.filter((r) => r.status === "rejected").map((r) => r.reason);
  const bug = bad.find((e) => !(e instanceof Refusal));
  if (bug) throw bug;
  if (good.length >= need) return good;
  throw bad.sort((a, b) => rank(a) - rank(b) || (a.left ?? 0) - (b.left ?? 0) || (b.wait ?? 0) - (a.wait ?? 0))[0];
}

/** The largest group that says the same; too small a one is a refusal. */
function majority(items, need, layer, say) {
  const groups = new Map();
  for (const item of items) {
    const key = say(item).map((b) => b.join()).join(";");
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const largest = [...groups.values()].sort((a, b) => b.length - a.length)[0];
  insist(largest.length >= need, layer, "the realms do not agree");
  return largest;
}
