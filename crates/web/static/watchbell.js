// What htmx does not do: keeps ages true, lets people stop the updates, and copies texts. Pages work without it.
(() => {
  "use strict";

  const ago = (seconds) => {
    const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
    if (seconds < 10) return "just now";
    const at = units.findIndex(([length]) => seconds >= length);
    const [length, name] = units[at];
    let text = `${Math.floor(seconds / length)} ${name}`;
    const rest = seconds % length;
    if (name === "h" && rest >= 60) text += ` ${Math.floor(rest / 60)} min`;
    if (name === "d" && rest >= 3600 && seconds < 30 * 86400) text += ` ${Math.floor(rest / 3600)} h`;
    return `${text} ago`;
  };

  const ages = () => {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const at = Date.parse(time.dateTime);
      if (at) time.textContent = ago(Math.max(0, Math.floor((Date.now() - at) / 1000)));
    }
  };
  setInterval(ages, 10000);

  // Whoever reads does not want the text to move: updates can be stopped.
  const PAUSED = "watchbell-paused";
  const paused = () => sessionStorage.getItem(PAUSED) === "yes";
  const live = document.getElementById("live");
  const show = () => {
    if (!live) return;
    live.hidden = false;
    live.setAttribute("aria-pressed", String(!paused()));
    live.textContent = paused() ? live.dataset.off : live.dataset.on;
  };
  if (live) {
    live.addEventListener("click", () => {
      sessionStorage.setItem(PAUSED, paused() ? "no" : "yes");
      show();
      if (!paused()) refresh();
      listen();
    });
    show();
  }

  // The server says when something has changed. Only a page that can be seen listens: a browser has six
  // connections for all its windows. Where the stream does not come, parts ask every ten seconds.
  const PAUSE = 2000;
  const SELDOM = 60000;
  let stream = null;
  let asked = 0;
  let took = 0;
  let waiting = 0;
  const refresh = () => {
    clearTimeout(waiting);
    waiting = 0;
    asked = Date.now();
    document.body.dispatchEvent(new Event("watchbell-change"));
  };
  const heard = (event) => {
    const kinds = event.data.split(" ");
    const parts = [...document.querySelectorAll("[data-live]")];
    const wanted = parts.some((part) => !part.dataset.live || kinds.includes(part.dataset.live));
    // A server that answers slowly has other things to do: it is asked a twentieth of the time at most.
    const pause = Math.min(SELDOM, Math.max(PAUSE, 20 * took));
    if (wanted && !waiting) waiting = setTimeout(refresh, Math.max(0, asked + pause - Date.now()));
  };
  const hush = () => {
    clearTimeout(waiting);
    waiting = 0;
    if (stream) stream.close();
    stream = null;
  };
  const listen = () => {
    const address = live && live.dataset.stream;
    if (!address || document.hidden || paused()) return hush();
    if (stream && stream.readyState !== EventSource.CLOSED) return;
    stream = new EventSource(address);
    stream.addEventListener("change", heard);
  };
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
  // One that was refused is tried again.
  setInterval(listen, 30000);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.hasAttribute("data-live")) return;
    const isPoll = !event.detail.requestConfig.triggeringEvent;
    const isTold = stream && stream.readyState === EventSource.OPEN && Date.now() - asked < SELDOM;
    if (paused() || document.hidden || (isPoll && isTold)) event.preventDefault();
    else asked = Date.now();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.hasAttribute("data-live")) took = Date.now() - asked;
  });

  // In a list, j and k go to the next and the previous row; only while the focus is on a row.
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    const list = event.target.closest("#list");
    const rows = list ? [...list.querySelectorAll("tbody th a")] : [];
    const at = rows.indexOf(event.target);
    if (at < 0) return;
    event.preventDefault();
    const next = rows[at + step];
    if (next) next.focus();
  });
  for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;

  for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const from = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(from.value ?? from.textContent);
      button.textContent = button.dataset.copied;
    } catch {
      // Without TLS there is no clipboard: the text is marked, for the keyboard.
      getSelection().selectAllChildren(from);
    }
  });
})();
