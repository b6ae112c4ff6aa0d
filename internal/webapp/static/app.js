// What every screen needs: focus where the person should look, and one press per button.
// Each part of a screen that wants more is a module of its own, loaded only there.

const problem = document.getElementById("problem");
const title = document.querySelector("h1");
const field = document.querySelector("[autofocus]");

if (problem) problem.focus();
else if (!field && title && document.activeElement === document.body) title.focus({ preventScroll: true }); // who was faster stays there

// A second press of the same button would be refused anyway; do not send it.
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    if (form.dataset.again === undefined) form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) return location.reload(); // kept by the browser: what it shows may be over
  for (const form of document.forms) delete form.dataset.sent;
});

const parts = {
  "[data-pad]": "./pin-pad.js",
  "[data-phrase]": "./phrase-entry.js",
  "[data-events]": "./steps.js",
  "[data-sign-in]": "./sign-in.js",
  "[data-hide-after]": "./hide.js",
  "[data-carousel]": "./carousel.js",
};
for (const [selector, module] of Object.entries(parts)) {
  for (const element of document.querySelectorAll(selector)) {
    import(module).then((m) => m.default(element));
  }
}
