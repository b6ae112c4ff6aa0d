// Live steps. The server sends {id, label, state}; here a line gets its data-state and
// CSS does the rest. Every change stays long enough to be read.

const HOLD = 650; // ms between two changes
const LAST = 1400; // ms that the finished list stays

/** @param {HTMLElement} list */
export default function steps(list) {
  const wait = matchMedia("(prefers-reduced-motion: reduce)").matches ? 400 : HOLD;
  const spoken = document.getElementById("spoken");
  const gone = document.getElementById("gone");
  const queue = [];
  let showing = false;
  let ended = false; // the server has said where to go: there, and nowhere else

  const line = (id) => {
    const known = [...list.children].find((li) => li.dataset.id === id);
    if (known) return known;
    const li = document.createElement("li");
    li.dataset.id = id;
    const mark = document.createElement("span");
    mark.className = "mark";
    const label = document.createElement("span");
    label.className = "label";
    li.append(mark, label);
    list.append(li);
    return li;
  };

  const show = () => {
    const next = queue.shift();
    showing = Boolean(next);
    if (!next) return;
    if (next.end) {
      list.dataset.ended = "yes";
      return setTimeout(() => location.replace(next.end), LAST);
    }
    const li = line(next.id);
    if (li.dataset.state !== next.state || li.lastElementChild.textContent !== next.label) {
      li.dataset.state = next.state;
      li.lastElementChild.textContent = next.label;
      if (next.state !== "todo") spoken.textContent = next.label;
      setTimeout(show, next.state === "todo" ? 0 : wait);
    } else show();
  };

  const events = new EventSource(list.dataset.events);
  events.onmessage = (event) => {
    const next = JSON.parse(event.data);
    queue.push(next);
    if (next.end) {
      ended = true;
      events.close();
    }
    if (!showing) show();
  };
  // Another tab has gone on: the page says where to. A lost connection comes again by itself;
  // where it does not, the app has ended, and the page says so meanwhile.
  let failures = 0;
  events.onopen = () => {
    failures = 0;
    gone.hidden = true;
  };
  events.onerror = () => {
    gone.hidden = ++failures < 3;
    if (events.readyState !== EventSource.CLOSED) return;
    setTimeout(() => ended || location.reload(), 1000);
  };
}
