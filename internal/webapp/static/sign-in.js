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
  // The server has no such sign-in any more: another tab has gone on, or given up. A lost
  // connection is none of this; the browser then comes again by itself.
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 1000);
  };
}
