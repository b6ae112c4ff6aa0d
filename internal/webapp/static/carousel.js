// Turns the pages of the introduction with the arrow keys and by swiping. The dots are links,
// so that it works without this too.

/** @param {HTMLElement} dots */
export default function carousel(dots) {
  const pages = [...dots.querySelectorAll("a")];
  const here = pages.findIndex((a) => a.getAttribute("aria-current"));
  const turn = (by) => pages[here + by]?.click();

  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "ArrowRight") turn(1);
    if (event.key === "ArrowLeft") turn(-1);
  });

  let start = null;
  addEventListener("touchstart", (event) => {
    start = event.touches.length === 1 ? event.touches[0] : null;
  }, { passive: true });
  addEventListener("touchend", (event) => {
    if (!start) return;
    const x = event.changedTouches[0].clientX - start.clientX;
    const y = event.changedTouches[0].clientY - start.clientY;
    if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) turn(x < 0 ? 1 : -1);
    start = null;
  });
  dots.dataset.ready = "yes";
}
