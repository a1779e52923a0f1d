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

  // Whoever reads does not want the text to move: updates can be stopped, and are while a form is filled in.
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
      if (!paused()) document.body.dispatchEvent(new Event("watchbell-change"));
    });
    show();
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.hasAttribute("data-live") && (paused() || document.hidden)) event.preventDefault();
  });

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
