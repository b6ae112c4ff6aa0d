// The number pad below a PIN field. It only types into the field, which also takes the
// keyboard: digits there, or anything once "letters" is pressed. Without this script the
// field stands alone.

/** @param {HTMLElement} pad */
export default function pinPad(pad) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById(pad.dataset.pad));
  const letters = /** @type {HTMLButtonElement} */ (document.getElementById("letters"));
  const count = document.getElementById("pin-count");
  const toLetters = letters.textContent;
  const touch = matchMedia("(pointer: coarse)").matches;

  const usePad = (on) => {
    pad.hidden = !on;
    input.inputMode = on && touch ? "none" : on ? "numeric" : "text"; // no second keyboard over the pad
    letters.textContent = on ? toLetters : letters.dataset.back;
    if (!on) input.focus();
  };
  const say = () => {
    const n = [...input.value].length;
    count.textContent = n === 0 ? "" : n === 1 ? count.dataset.one : count.dataset.many.replace("{n}", n);
  };

  pad.addEventListener("click", (event) => {
    const key = event.target.closest("button")?.dataset.key;
    if (!key) return;
    if (key === "back") input.value = [...input.value].slice(0, -1).join("");
    else input.value += key;
    say();
  });
  input.addEventListener("input", say);
  letters.addEventListener("click", () => usePad(pad.hidden));
  letters.hidden = false;
  usePad(true);
  if (!touch && !document.getElementById("problem")) input.focus();
  // Digits typed while nothing else wants them are meant for the PIN.
  addEventListener("keydown", (event) => {
    if (/^\d$/.test(event.key) && !(document.activeElement instanceof HTMLInputElement)) input.focus();
  });
}
