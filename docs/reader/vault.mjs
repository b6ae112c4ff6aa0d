// Several backup files at once, as somebody has them who finds a folder and a kit.

import { Refusal, inspect, open } from "./reader.mjs";

/**
 * Opens every file that the kit opens; files parts that were sealed without it open with the
 * phrase of their wallet part. Nothing throws: each file has what was read or why it was refused.
 * @param {{name: string, bytes: Uint8Array}[]} files
 * @returns {Promise<{name: string, vault?: string, opened?: object, proved?: boolean, refused?: Refusal}[]>}
 *   proved tells whether the file belongs to a phrase that is known: the root key was checked
 */
export async function openAll(files, seed) {
  const results = [];
  for (const { name, bytes } of files) results.push({ name, bytes, ...(await openOne(bytes, { seed })) });
  const wallets = results.filter((r) => r.opened?.wallet);
  for (const r of results) {
    const wallet = wallets.find((w) => w.vault === r.vault)?.opened.wallet;
    const unproved = r.opened ? !r.opened.wallet : r.refused.layer === "wrong key";
    if (!wallet || !unproved) continue;
    const key = { seed: r.opened && seed, phrase: wallet.phrase, language: wallet.language };
    const again = await openOne(r.bytes, key);
    // A wallet part that no key here opens stays what it was: sealed to something else.
    Object.assign(r, again.refused?.layer === "wrong key" ? {} : { opened: undefined, refused: undefined }, again);
    r.proved = Boolean(again.opened);
  }
  return results.map(({ bytes, ...r }) => ({ ...r, proved: r.proved ?? Boolean(r.opened?.wallet) }));
}

async function openOne(bytes, key) {
  let vault;
  try {
    vault = inspect(bytes).vault;
    return { vault, opened: await open(bytes, key) };
  } catch (e) {
    return { vault, refused: e instanceof Refusal ? e : new Refusal("unknown", String(e)) };
  }
}

/** The newest first: by registration, then generation; wallet parts in front of files parts. */
export function newestFirst(results) {
  const rank = ({ opened }) => [opened.manifest.part === "wallet" ? 1 : 0, Number(opened.stanza.registration), opened.manifest.generation];
  return results.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    const i = x.findIndex((n, j) => n !== y[j]);
    return i < 0 ? 0 : y[i] - x[i];
  });
}
