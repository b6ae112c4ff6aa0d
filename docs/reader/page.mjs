// The offline recovery page: kit and files in, vault out. It is put into one file by
// scripts/recovery-page; nothing in it can reach a network (see the policy in page.html).

import { fingerprint } from "./fingerprint.mjs";
import { kitLength, parseKit } from "./kit.mjs";
import { newestFirst, openAll } from "./vault.mjs";
import * as words from "./words.mjs";

const by = (id) => document.getElementById(id);
const kit = by("kit");
const results = by("results");

/** Makes an element; texts are only ever texts, so nothing in a backup can act as a page. */
function make(tag, { on, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [event, run] of Object.entries(on ?? {})) element.addEventListener(event, run);
  element.append(...children.filter((child) => child !== null));
  return element;
}

const paragraph = (text, className = "") => make("p", { className }, text);

function showNetwork() {
  by("network").textContent = navigator.onLine ? words.online : words.offline;
  by("network").className = navigator.onLine ? "note" : "good";
}

function complain(text) {
  by("missing").textContent = text;
  by("missing").hidden = text === "";
}

kit.addEventListener("input", () => {
  by("kit-state").textContent = words.kitState(parseKit(kit.value), kitLength);
});

by("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { seed } = parseKit(kit.value);
  const chosen = [...by("files").files];
  complain(!seed ? words.noKit : chosen.length === 0 ? words.noFiles : "");
  if (!seed) return kit.focus();
  if (chosen.length === 0) return by("files").focus();
  by("open").disabled = true;
  const files = await Promise.all(chosen.map(readFile));
  show(await openAll(files, seed));
  by("open").disabled = false;
});

// A file far over the limit is not read into memory to be refused.
async function readFile(file) {
  const bytes = new Uint8Array(await file.slice(0, (8 << 20) + 1).arrayBuffer());
  return { name: file.name, bytes };
}

function show(all) {
  forget();
  const opened = newestFirst(all.filter((r) => r.opened));
  const seen = new Set();
  for (const r of opened) {
    const { part } = r.opened.manifest;
    const first = !seen.has(r.vault + part);
    seen.add(r.vault + part);
    results.append(part === "wallet" ? walletCard(r, first) : filesCard(r, first));
  }
  for (const r of all.filter((r) => r.refused)) results.append(refusedCard(r));
  results.append(make("button", { type: "button", on: { click: close } }, "Close and forget"));
  results.hidden = false;
  results.focus();
}

let saved = []; // addresses of files that can be saved

function forget() {
  results.replaceChildren();
  saved.forEach((address) => URL.revokeObjectURL(address));
  saved = [];
}

// A fresh page is the surest way to forget.
function close() {
  forget();
  by("form").reset();
  location.reload();
}

const shortID = (vault) => `${vault.slice(0, 4)}-${vault.slice(4, 8)}-${vault.slice(8, 12)}`;

function facts(rows) {
  return make("dl", {}, ...rows.filter(([, value]) => value !== "").flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

const copyFacts = ({ name, vault, opened: { manifest } }) => [
  ["Vault id", shortID(vault)],
  ["Copy", `number ${manifest.generation}, made ${manifest.created.replace("T", " ").replace("Z", " UTC")}${manifest.device && ` on ${manifest.device}`}`],
  ["File", name],
];

function walletCard(r, newest) {
  const { wallet } = r.opened;
  const same = fingerprint(wallet.phrase, wallet.passphrase) === wallet.fingerprint;
  const passphrase = wallet.passphrase === "" ? "none" : "yes, shown with the words";
  return make(
    "article",
    {},
    make("h2", {}, wallet.name || "A wallet without a name"),
    paragraph(newest ? "The recovery phrase" : `The recovery phrase. ${words.older}`),
    facts([
      ["Fingerprint", wallet.fingerprint],
      ["Passphrase", passphrase],
      ["Birthday", wallet.birthday],
      ...copyFacts(r),
      ...wallet.descriptors.map((d) => ["Descriptor", d]),
    ]),
    paragraph(same ? words.sameFingerprint : words.otherFingerprint, same ? "good" : "note"),
    secretWords(wallet),
  );
}

function secretWords(wallet) {
  const shown = make("div", { hidden: true });
  const button = make("button", { type: "button", ariaExpanded: "false", on: { click: turn } }, "Show the words");
  function turn() {
    shown.hidden = !shown.hidden;
    button.textContent = shown.hidden ? "Show the words" : "Hide the words";
    button.ariaExpanded = String(!shown.hidden);
    shown.replaceChildren(...(shown.hidden ? [] : written(wallet)));
  }
  return make("div", {}, paragraph(words.beforeWords), make("div", { className: "row" }, button), shown);
}

function written({ phrase, passphrase }) {
  const list = phrase.split(/\s+/u).map((word, i) => make("li", {}, make("span", { ariaHidden: "true" }, String(i + 1)), word));
  return [
    make("ol", { className: "words" }, ...list),
    passphrase === "" ? "" : facts([["Passphrase", passphrase]]),
  ];
}

function filesCard(r, newest) {
  const { files } = r.opened;
  return make(
    "article",
    {},
    make("h2", {}, "Attached files"),
    paragraph(`${files.length === 1 ? "1 file" : `${files.length} files`}.${newest ? "" : ` ${words.older}`}`),
    facts(copyFacts(r)),
    r.proved ? null : paragraph(words.unproved, "note"),
    make("ul", { className: "files" }, ...files.map((f) => make("li", {}, saveLink(f)))),
  );
}

function saveLink({ name, data }) {
  const plain = name.replace(/^files\//, "");
  const href = URL.createObjectURL(new Blob([data], { type: "application/octet-stream" }));
  saved.push(href);
  return make("a", { className: "save", href, download: plain }, `Save ${plain} (${size(data.length)})`);
}

// The number and its unit stay on one line.
const size = (n) => (n < 1024 ? `${n}\u00a0bytes` : n < 1 << 20 ? `${Math.ceil(n / 1024)}\u00a0KiB` : `${(n / (1 << 20)).toFixed(1)}\u00a0MiB`);

function refusedCard({ name, vault, refused }) {
  return make(
    "article",
    { className: "refused" },
    make("h2", {}, name),
    paragraph(words.refusal(refused.layer), "bad"),
    vault ? facts([["Vault id", shortID(vault)]]) : null,
  );
}

addEventListener("online", showNetwork);
addEventListener("offline", showNetwork);
addEventListener("pagehide", forget);
showNetwork();
