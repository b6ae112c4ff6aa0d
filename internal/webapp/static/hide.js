// Words that were shown are hidden again: after a while, and at once when the page is left.

/** @param {HTMLElement} shown */
export default function hide(shown) {
  const left = document.getElementById("hide-left");
  let seconds = Number(shown.dataset.hideAfter);
  const clear = () => {
    for (const secret of shown.querySelectorAll("[data-secret], li")) secret.textContent = "•••••";
  };
  const tick = setInterval(() => {
    seconds--;
    if (left) left.textContent = String(Math.max(seconds, 0));
    if (seconds > 0) return;
    clearInterval(tick);
    clear();
    location.reload();
  }, 1000);
  addEventListener("pagehide", clear);
}
