// What htmx does not do: keeps ages true, lets people stop the updates, and copies texts. Pages work without it.
(() => {
  "use strict";

  // The words are the server's: what it writes itself is not said otherwise here.
  const [now, long, ...units] = document.body.dataset.ages.split("|");
  const ago = (seconds) => {
    const lengths = [86400, 3600, 60, 1];
    if (seconds < 10) return now;
    const at = lengths.findIndex((length) => seconds >= length);
    let text = `${Math.floor(seconds / lengths[at])} ${units[at]}`;
    const rest = seconds % lengths[at];
    if (at === 1 && rest >= 60) text += ` ${Math.floor(rest / 60)} ${units[2]}`;
    if (at === 0 && rest >= 3600 && seconds < 30 * 86400) text += ` ${Math.floor(rest / 3600)} ${units[1]}`;
    return long.replace("%", text);
  };

  const ages = () => {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const at = Date.parse(time.dateTime);
      if (at) time.textContent = ago(Math.max(0, Math.floor((Date.now() - at) / 1000)));
    }
  };
  setInterval(ages, 10000);
  document.addEventListener("visibilitychange", ages);

  // Whoever reads does not want the text to move: updates can be stopped, on pages that say so.
  const PAUSED = "watchbell-paused";
  const live = document.getElementById("live");
  const paused = () => live && sessionStorage.getItem(PAUSED) === "yes";
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
  // Beside a stream parts ask seldom. Some show what no stream tells of, and ask more often.
  const SELDOM = Number(live && live.dataset.seldom) || 60000;
  let stream = null;
  // The session has ended, and the page stays because somebody types.
  let isOver = false;
  // Other windows have taken the place of this one's stream.
  let isEnough = false;
  // What this page shows, and what it was told of: the numbers of the server's stream.
  let seen = document.body.dataset.seen;
  let told = seen;
  let asked = Date.now();
  let took = 0;
  let waiting = 0;
  const refresh = () => {
    clearTimeout(waiting);
    waiting = 0;
    seen = told;
    asked = Date.now();
    document.body.dispatchEvent(new Event("watchbell-change"));
  };
  const heard = (event) => {
    told = event.lastEventId;
    const kinds = event.data.split(" ");
    const parts = [...document.querySelectorAll("[data-live]")];
    const wanted = parts.some((part) => !part.dataset.live || kinds.includes(part.dataset.live));
    if (!wanted && !waiting) seen = told;
    // A server that answers slowly has other things to do: it is asked a twentieth of the time at most.
    const pause = Math.min(60000, Math.max(PAUSE, 20 * took));
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
    if (document.hidden) isEnough = false;
    if (!address || document.hidden || paused()) return hush();
    if (isEnough || (stream && stream.readyState !== EventSource.CLOSED)) return;
    const mark = address.includes("?") ? "&" : "?";
    stream = new EventSource(`${address}${mark}seen=${encodeURIComponent(seen)}`);
    stream.addEventListener("change", heard);
    // Another window of the same person took its place. Coming again would only end the next one's.
    stream.addEventListener("enough", () => {
      isEnough = true;
      stream.close();
    });
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
    const isQuiet = !isOver && (paused() || (isPoll && isTold));
    if (isQuiet || document.hidden) event.preventDefault();
    else asked = Date.now();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.hasAttribute("data-live")) took = Date.now() - asked;
  });

  // What comes takes the place of what is there, part by part: not where it is the same, nor where
  // somebody types or has chosen something; what is opened stays open, and the keyboard keeps its place.
  const FIELDS = "input, select, textarea";
  const isChanged = (field) => {
    // What was typed into a form that was refused stands in it from the beginning.
    if (field.closest("[data-typed]")) return true;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const options = [...field.options];
    return field.selectedIndex !== Math.max(0, options.findIndex((option) => option.defaultSelected));
  };
  // Ages do not count: they are kept true here.
  const text = (part) => part.outerHTML.replace(/(data-ago[^>]*>)[^<]*/g, "$1");
  const shown = new Map();
  const parts = (main) => {
    const list = [main.getAttribute("hx-select"), main.getAttribute("hx-select-oob")];
    return list.join(",").split(",").filter(Boolean).map((name) => name.slice(1));
  };
  for (const id of [...document.querySelectorAll("[data-live]")].flatMap(parts)) {
    const part = document.getElementById(id);
    if (part) shown.set(id, text(part));
  }
  const offerCopies = (within) => {
    for (const button of within.querySelectorAll("button[data-copy]")) button.hidden = false;
  };
  // The same thing in another edition of the same part.
  const alike = (thing, part) => {
    const named = (id) => (part.id === id ? part : id && part.querySelector(`#${CSS.escape(id)}`));
    if (thing.matches("summary")) return named(thing.parentElement.id)?.querySelector("summary");
    if (thing.id || !thing.matches("a[href]")) return named(thing.id);
    return part.querySelector(`a[href="${CSS.escape(thing.getAttribute("href"))}"]`);
  };
  // Something was not shown because somebody is at it.
  let isHeld = false;
  const take = (id, page) => {
    const [part, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (!part || !fresh || shown.get(id) === text(fresh)) return;
    const focus = part.contains(document.activeElement) ? document.activeElement : null;
    const isBusy = focus && (focus.matches(FIELDS) || !alike(focus, fresh));
    if (isBusy || [...part.querySelectorAll(FIELDS)].some(isChanged)) {
      isHeld = true;
      return;
    }
    shown.set(id, text(fresh));
    for (const one of [part, ...part.querySelectorAll("details[id]")]) {
      const same = one === part ? fresh : fresh.querySelector(`#${CSS.escape(one.id)}`);
      if (same && same.tagName === "DETAILS") same.open = one.open;
    }
    offerCopies(fresh);
    const next = focus && alike(focus, fresh);
    part.replaceWith(fresh);
    htmx.process(fresh);
    if (next) next.focus({ preventScroll: true });
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const main = event.detail.elt;
    if (!main.hasAttribute("data-live") || !event.detail.shouldSwap) return;
    event.detail.shouldSwap = false;
    const page = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    renew(page);
    if (paused()) return;
    isHeld = false;
    for (const id of parts(main)) take(id, page);
  });
  document.addEventListener("focusout", () => {
    if (isHeld) setTimeout(refresh);
    isHeld = false;
  });

  // The session is over. htmx would lead to the sign-in, and whatever is being typed anywhere on the page would be
  // lost: then the page stays, and says so.
  const over = document.getElementById("over");
  const ends = (isIt) => {
    if (isIt && !isOver) say(line.dataset.over);
    isOver = isIt;
    over.hidden = !isIt;
  };
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const isPart = event.detail.elt.hasAttribute("data-live");
    if (!isPart || event.detail.xhr.status !== 401) return;
    if (![...document.querySelectorAll(FIELDS)].some(isChanged)) return;
    event.preventDefault();
    ends(true);
  });
  // Forms bring the token of their session along: once the same person has signed in again, that of the new one.
  const renew = (page) => {
    const who = (of) => of.querySelector(".who a")?.textContent;
    const token = page.querySelector(".who [name=csrf_token]")?.value;
    if (!token || who(page) !== who(document)) return;
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
    ends(false);
  };
  document.addEventListener("visibilitychange", () => {
    if (isOver) refresh();
  });
  document.addEventListener("submit", (event) => {
    if (!isOver || event.target.getAttribute("method") !== "post") return;
    event.preventDefault();
    say(line.dataset.over);
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

  // A button that says something else than before is not heard: a line of its own says it.
  const line = document.getElementById("said");
  let saying = 0;
  const say = (what) => {
    clearTimeout(saying);
    line.textContent = what;
    saying = setTimeout(() => { line.textContent = ""; }, 15000);
  };
  offerCopies(document);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const from = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(from.value ?? from.textContent);
      button.textContent = button.dataset.copied;
      say(line.dataset.copied);
    } catch {
      // Without TLS there is no clipboard: the text is marked, for the keyboard.
      if (from.select) from.select();
      else getSelection().selectAllChildren(from);
      say(line.dataset.marked);
    }
  });
})();
