// Keys for those who want them: everything they do stands on the page as a link, a button or a field too.
"use strict";

const OFF = "kollega-keys-off";
const FIELDS = "input:not([type=checkbox], [type=hidden]), select, textarea";

function rows() {
  return [...document.querySelectorAll("[data-row]")];
}

function here() {
  return rows().findIndex((row) => row.contains(document.activeElement));
}

function move(by) {
  const all = rows();
  const at = here();
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.querySelector("[data-open]").focus();
}

// A link or a button that only opens something is used at once; one that decides is only gone to.
function use(target) {
  if (target.matches("summary")) {
    target.parentElement.open = !target.parentElement.open;
    const field = target.parentElement.open && target.parentElement.querySelector(FIELDS + ", button");
    (field || target).focus();
  } else if (target.matches("[data-focus], " + FIELDS)) {
    target.focus();
  } else {
    target.click();
  }
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || localStorage.getItem(OFF)) return;
  if (event.target.matches(FIELDS)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "j" || event.key === "k") {
    if (rows().length) move(event.key === "j" ? 1 : -1);
    return;
  }
  const key = CSS.escape(event.key);
  const inRow = rows()[here()]?.querySelector(`[data-row-key="${key}"]`);
  const target = inRow || document.querySelector(`[data-key="${key}"]`);
  if (!target) return;
  event.preventDefault();
  use(target);
}

function turnable(button) {
  const told = () => {
    button.textContent = localStorage.getItem(OFF) ? button.dataset.on : button.dataset.off;
  };
  button.addEventListener("click", () => {
    if (localStorage.getItem(OFF)) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    told();
  });
  told();
}

document.addEventListener("keydown", pressed);
document.querySelectorAll("[data-keys-off]").forEach(turnable);
document.documentElement.classList.add("scripted");
