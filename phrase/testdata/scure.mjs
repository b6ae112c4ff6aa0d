// Answers questions about phrases with @scure/bip39.
//
// node scure.mjs DIR: DIR holds node_modules. Standard input is a JSON array of questions,
// standard output the array of answers in the same order:
//   {do: "list", language}                        -> {list}
//   {do: "make", language, words, passphrase}     -> {phrase, entropy, seed}
//   {do: "read", language, phrase, passphrase}    -> {valid, entropy, seed}
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const from = (file) => import(pathToFileURL(join(process.argv[2], 'node_modules/@scure/bip39', file)));
const bip39 = await from('index.js');
const hex = (bytes) => Buffer.from(bytes).toString('hex');

const names = { chinese_simplified: 'simplified-chinese', chinese_traditional: 'traditional-chinese' };
const listOf = async (language) => (await from(`wordlists/${names[language] ?? language}.js`)).wordlist;

async function describe(phrase, list, passphrase) {
  return {
    entropy: hex(bip39.mnemonicToEntropy(phrase, list)),
    seed: hex(await bip39.mnemonicToSeedWebcrypto(phrase, passphrase)),
  };
}

async function answer(q) {
  const list = await listOf(q.language);
  switch (q.do) {
    case 'list':
      return { list };
    case 'make': {
      const phrase = bip39.generateMnemonic(list, (q.words / 3) * 32);
      return { phrase, ...(await describe(phrase, list, q.passphrase)) };
    }
    case 'read':
      if (!bip39.validateMnemonic(q.phrase, list)) return { valid: false };
      return { valid: true, ...(await describe(q.phrase, list, q.passphrase)) };
  }
  throw new Error(`no such question: ${q.do}`);
}

const answers = [];
for (const q of JSON.parse(readFileSync(0, 'utf8'))) answers.push(await answer(q));
process.stdout.write(JSON.stringify(answers));
