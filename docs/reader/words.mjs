// Every sentence that the recovery page says by itself: one a refusal, by the names of docs/format.md.

const damaged = "This file is damaged or was changed. Use another copy of it: from another place, or an older one.";

const refusals = {
  "too large": "This is no backup: it is larger than any backup file.",
  "not a backup": "This is not a backup file. The files to choose end in .age.",
  "newer version": "This backup was made by a newer version. Use a newer recovery page.",
  "wrong key": "The kit does not open this file. It is the kit of another wallet, or the file was sealed without it.",
  "age header": "The beginning of this file is damaged or was changed. Use another copy of it: from another place, or an older one.",
  stanza: "What this file says about itself is damaged or was changed. Use another copy of it: from another place, or an older one.",
  "header MAC": damaged,
  payload: "This file is damaged or cut short. Use another copy of it: from another place, or an older one.",
  tar: "This file opened, but what is inside is not put together as a backup is. Nothing of it is shown. Use another copy.",
  "manifest signature": "This file opened, but the wallet's key did not sign what is inside. Nothing of it is shown. Use another copy.",
  manifest: "This file opened, but its list of contents is not as it must be. Nothing of it is shown. Use another copy.",
  members: "This file opened, but its contents are not those that its list names. Nothing of it is shown. Use another copy.",
  wallet: "This file opened, but the wallet inside cannot be read. Nothing of it is shown. Use another copy.",
  "root key": "This file opened, but it belongs to another wallet than it says. Do not use it. Nothing of it is shown.",
};

export const refusalLayers = Object.keys(refusals);

/** The sentence for a refusal. */
export const refusal = (layer) => refusals[layer] ?? "This file could not be read, for a reason that this page does not know. Try another browser, or another copy.";

/** What a kit as typed so far looks like. */
export function kitState({ seed, length, block }, full) {
  if (seed) return "The kit is typed right.";
  if (length === 0) return "";
  if (block) return `There is a character in block ${block} that no kit has. A kit has no B, I, O and no 1.`;
  if (length === full) return "A character is wrong, or two changed places. Compare each block with the paper.";
  return length < full ? `${length} of ${full} characters.` : `${length} characters, ${length - full} too many.`;
}

export const online = "This computer is online. Disconnect it before you type the kit.";
export const offline = "This computer is offline. Good.";
export const noKit = "Type the whole kit first, as it stands on the paper.";
export const noFiles = "Choose the backup files first.";
export const unproved =
  "This page could not see that these files belong to your wallet. Choose the wallet's backup file as well, or compare the vault id with the one on your kit.";
export const otherFingerprint =
  "The words do not give this fingerprint. The wallet may need a passphrase that is not in the backup, or another kind of derivation. Compare the addresses before you rely on it.";
export const sameFingerprint = "The words give this fingerprint.";
export const beforeWords = "Whoever sees the words can spend the money. Look around you first.";
export const older = "A newer copy is above.";
