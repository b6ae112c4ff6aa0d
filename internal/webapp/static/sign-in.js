// Waits while the person is on a provider's page in another tab. Each message of the server
// is one change: the page is asked for again, and at the end left.

/** @param {HTMLElement} list */
export default function signIn(list) {
  const events = new EventSource(list.dataset.signIn);
  addEventListener("submit", () => events.close()); // cancelling leads on by itself
  events.onmessage = (event) => {
    const { end } = JSON.parse(event.data);
    events.close();
    if (end) location.replace(end);
    else location.reload();
  };
}
