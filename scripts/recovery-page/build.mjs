// Puts the offline recovery page into one file, from docs/reader and the npm packages of
// internal/peer/npm, with their licences:
//
//   node scripts/recovery-page/build.mjs [FILE]     # dist/recovery.html unless another is named
//
// The same sources give the same bytes. The page's policy allows its own script and style, by
// their hashes, and nothing else: no network, no frame, no form, no image.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const npm = join(root, "internal/peer/npm");
const { build } = createRequire(join(npm, "package.json"))("esbuild");
const read = (path) => readFileSync(join(root, path), "utf8");

const bundle = await build({
  absWorkingDir: root,
  entryPoints: ["docs/reader/page.mjs"],
  nodePaths: [join(npm, "node_modules")],
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  charset: "ascii", // the bytes do not depend on how the browser reads the file
  legalComments: "none", // the whole licences are in the page
  metafile: true,
  write: false,
  logLevel: "warning",
});

const script = bundle.outputFiles[0].text;
const style = read("docs/reader/page.css");
if (/<\/script/i.test(script) || /<\/style/i.test(style)) throw new Error("script or style would end too early");

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const parts = {
  policy: `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`,
  style,
  script,
  licences: escape(licences(Object.keys(bundle.metafile.inputs))),
};
const page = read("docs/reader/page.html").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
const out = resolve(process.argv[2] ?? join(root, "dist/recovery.html"));
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, page);
console.log(`${out}: ${Math.ceil(page.length / 1024)} KiB`);

/** This project's licence, and that of every package of which something is in the page. */
function licences(inputs) {
  const folders = new Set(inputs.map((path) => path.match(/.*\/node_modules\/(@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(read(join(folder, "package.json")));
    return `${name} ${version} (${license})\n\n${read(join(folder, "LICENSE")).trim()}`;
  });
  return [`Cloudseed\n\n${read("LICENSE").trim()}`, ...texts].join(`\n\n${"-".repeat(40)}\n\n`);
}

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
