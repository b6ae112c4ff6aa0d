// Suggestions while a phrase is typed. Only the letters of the word at the cursor leave
// the page, to this computer's own app, and only to ask how they may go on.

/** @param {HTMLElement} box */
export default function phraseEntry(box) {
  const input = /** @type {HTMLTextAreaElement} */ (document.getElementById(box.dataset.phrase));
  const count = document.getElementById("word-count");
  const token = input.form.elements.token.value;
  let asked = 0;

  const word = () => {
    const before = input.value.slice(0, input.selectionStart);
    return before.match(/[\p{L}\p{M}]+$/u)?.[0] ?? "";
  };

  const take = (chosen) => {
    const at = input.selectionStart;
    const start = at - word().length;
    const rest = input.value.slice(at).replace(/^[\p{L}\p{M}]+/u, "").replace(/^\s*/, "");
    input.value = `${input.value.slice(0, start)}${chosen} ${rest}`;
    input.selectionStart = input.selectionEnd = start + chosen.length + 1;
    input.focus();
    update();
  };

  const update = async () => {
    const words = input.value.split(/[\s\u3000]+/).filter((w) => /\p{L}/u.test(w)).length;
    count.textContent = words === 0 ? "" : words === 1 ? count.dataset.one : count.dataset.many.replace("{n}", words);
    box.classList.add("used");
    const prefix = word();
    const mine = ++asked;
    if (prefix.length < 2 && !/[^\u0000-\u024f]/.test(prefix)) return box.replaceChildren();
    const answer = await fetch("suggest", { method: "POST", body: new URLSearchParams({ token, prefix }) });
    if (!answer.ok || mine !== asked) return;
    const found = (await answer.json()).filter((w) => w !== prefix);
    box.replaceChildren(...found.map((w) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = w;
      button.addEventListener("click", () => take(w));
      return button;
    }));
  };

  input.addEventListener("input", update);
  if (input.value) update(); // typed before this script was there, or to be mended
  // Leaving the page leaves nothing behind in it.
  addEventListener("pagehide", () => { input.value = ""; box.replaceChildren(); });
}
