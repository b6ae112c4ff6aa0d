// A host in Node: the same place, journal, backup and restore as host.c, through koffi.
// Arguments: the library, the Juicebox configuration's file.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const [library, configurationFile, modules] = process.argv.slice(2);
const koffi = createRequire(modules)("koffi");
const lib = koffi.load(library);

const create = koffi.pointer(koffi.proto("int create_fn(void *context, const char *name, const uint8_t *data, size_t size)"));
const get = koffi.pointer(koffi.proto("int get_fn(void *context, const char *name, uintptr_t content)"));
const list = koffi.pointer(koffi.proto("int list_fn(void *context, uintptr_t listing)"));
const remove = koffi.pointer(koffi.proto("int delete_fn(void *context, const char *name)"));
const save = koffi.pointer(koffi.proto("int save_fn(void *context, const char *vault, const uint8_t *device, size_t size)"));
const forget = koffi.pointer(koffi.proto("int forget_fn(void *context, const char *vault)"));
const step = koffi.pointer(koffi.proto("void step_fn(void *context, const char *name, const char *state, const char *where, const char *kind)"));

// An error is a string of the library's, which goes back to it.
const free = lib.func("void cloudseed_free(void *text)");
const owned = koffi.disposable("owned", "str", free);
const func = (name, types) => lib.func(name, owned, types);
const handle = koffi.out(koffi.pointer("uintptr_t"));

const c = {
  clientNew: func("cloudseed_client_new", ["str", handle]),
  clientPlace: func("cloudseed_client_place", ["uintptr_t", "str", "str", create, get, list, remove, "void *"]),
  clientJournal: func("cloudseed_client_journal", ["uintptr_t", save, forget, "void *"]),
  clientListener: func("cloudseed_client_listener", ["uintptr_t", step, "void *"]),
  walletNew: func("cloudseed_wallet_new", ["str", "uint8_t *", "size_t", handle]),
  walletWords: func("cloudseed_wallet_words", ["uintptr_t", koffi.out("uint8_t *"), "size_t", koffi.out(koffi.pointer("size_t"))]),
  create: func("cloudseed_create", ["uintptr_t", "uintptr_t", "uint8_t *", "size_t", "uintptr_t", handle]),
  find: func("cloudseed_find", ["uintptr_t", handle]),
  searchGet: func("cloudseed_search_get", ["uintptr_t", "int", handle]),
  restore: func("cloudseed_restore", ["uintptr_t", "uintptr_t", "uint8_t *", "size_t", handle]),
  restoredWallet: func("cloudseed_restored_wallet", ["uintptr_t", handle]),
};
const contentSet = lib.func("void cloudseed_content_set(uintptr_t content, uint8_t *data, size_t size)");
const listingAdd = lib.func("void cloudseed_listing_add(uintptr_t listing, str name, int64_t size, int64_t modified)");

// Verbs run away from the main thread, which is the one that answers the callbacks.
const kindOf = (error) => (error === null ? "ok" : error.split(":")[0]);
const verb = (f) => { const run = promisify(f.async); return async (...args) => kindOf(await run(...args)); };

const files = new Map();
let steps = 0, saved = 0;
const bytes = (data, size) => Buffer.from(koffi.decode(data, koffi.array("uint8_t", Number(size), "Typed")));
const callbacks = [
  koffi.register((_, name, data, size) => { if (files.has(name)) return 2; files.set(name, bytes(data, size)); return 0; }, create),
  koffi.register((_, name, content) => { const f = files.get(name); if (!f) return 1; contentSet(content, f, f.length); return 0; }, get),
  koffi.register((_, listing) => { for (const [name, f] of files) listingAdd(listing, name, f.length, 0); return 0; }, list),
  koffi.register((_, name) => { files.delete(name); return 0; }, remove),
];
const journal = [koffi.register((_, vault) => { saved++; return vault.length === 64 ? 0 : 1; }, save), koffi.register(() => 0, forget)];
const listener = koffi.register((_, name, state) => { if (state === "done") steps++; }, step);

function newClient() {
  const out = [0];
  console.log("client:", kindOf(c.clientNew(readFileSync(configurationFile, "utf8"), out)));
  c.clientPlace(out[0], "in Node", "memory:", ...callbacks, null);
  c.clientJournal(out[0], ...journal, null);
  c.clientListener(out[0], listener, null);
  return out[0];
}

const words = Buffer.from("abandon ".repeat(11) + "about"), pin = Buffer.from("482915");
const client = newClient(), wallet = [0], device = [0];
console.log("wallet:", kindOf(c.walletNew("Everyday", words, words.length, wallet)));
console.log("create:", await verb(c.create)(client, wallet[0], pin, pin.length, 0, device));
console.log(`${files.size} file, ${saved > 0 ? "remembered" : "not remembered"}, ${steps > 3 ? "steps were told" : "few steps"}`);

const other = newClient(), search = [0], backup = [0], restored = [0], again = [0], back = Buffer.alloc(1024), size = [0];
console.log("find:", await verb(c.find)(other, search));
c.searchGet(search[0], 0, backup);
const wrong = Buffer.from("739164");
console.log("restore, wrong:", await verb(c.restore)(other, backup[0], wrong, wrong.length, restored));
console.log("restore:", await verb(c.restore)(other, backup[0], pin, pin.length, restored));
c.restoredWallet(restored[0], again);
console.log("words:", kindOf(c.walletWords(again[0], back, back.length, size)));
console.log(back.subarray(0, Number(size[0])).equals(words) ? "the same words" : "other words");
process.exit(0);
