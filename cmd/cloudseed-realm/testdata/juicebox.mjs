// The published Juicebox client as a program, for tests: node --experimental-wasm-modules
// juicebox.mjs DIR, where DIR has node_modules. Each line of standard input is a JSON
// object that says what to do; each gets one line of JSON as answer.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const sdk = await import(pathToFileURL(`${process.argv[2]}/node_modules/juicebox-sdk/juicebox-sdk.js`));
const bytes = (base64) => new Uint8Array(Buffer.from(base64 ?? '', 'base64'));

// tokens are either made here, as a vendor's server would ({key, tenant, version, user}),
// or given for each realm.
function useTokens({ vendor, tokens }) {
  globalThis.JuiceboxGetAuthToken = async (realm) => {
    const id = Buffer.from(realm).toString('hex');
    return vendor ? new sdk.AuthTokenGenerator(vendor).vend(id, vendor.user) : tokens[id];
  };
}

// The client's requests go through here: they can say another version of the client, "" for none,
// and the guesses that were answered are counted by realm.
const fetchReally = globalThis.fetch;
let version;
let answered = {};
globalThis.fetch = async (request) => {
  if (version !== undefined) {
    const headers = new Headers(request.headers);
    headers.delete('x-juicebox-version');
    if (version !== '') headers.set('x-juicebox-version', version);
    request = new Request(request, { headers });
  }
  const response = await fetchReally(request);
  const body = Buffer.from(await response.clone().arrayBuffer());
  if (body.includes('oprf_blinded_result')) answered[request.url] = (answered[request.url] ?? 0) + 1;
  return response;
};

async function act({ action, configuration, previous, pin, secret, info, guesses, parallel }) {
  const client = () => new sdk.Client(new sdk.Configuration(configuration), previous ?? []);
  switch (action) {
    case 'register':
      await client().register(bytes(pin), bytes(secret), bytes(info), guesses);
      return {};
    case 'recover':
      return { secret: Buffer.from(await client().recover(bytes(pin), bytes(info))).toString('base64') };
    case 'delete':
      await client().delete();
      return {};
    case 'storm': {
      answered = {};
      const tries = Array.from({ length: parallel }, (_, i) => client().recover(Buffer.from(`wrong ${i}`), bytes(info)));
      const ends = await Promise.allSettled(tries);
      return { answered, reasons: ends.map((end) => (end.status === 'fulfilled' ? -1 : end.reason.reason)) };
    }
  }
  throw new Error(`unknown action ${action}`);
}

// Registering and deleting reject with a number, recovering with an object.
function failure(error) {
  if (typeof error === 'number') return { failed: true, reason: error };
  if (error instanceof sdk.RecoverError) {
    return { failed: true, reason: error.reason, guesses: error.guesses_remaining ?? null };
  }
  return { crash: String(error?.stack ?? error) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  useTokens(order);
  version = order.version;
  const answer = await act(order).catch(failure);
  console.log(JSON.stringify(answer));
}
process.exit(0);
