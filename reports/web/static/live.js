// Loads the page anew every 15 seconds, so that it shows what is so now; never under the hands of somebody who is at it.
"use strict";

const SECONDS = 15;

// Whoever types, has opened something, has marked a text, or goes through the page by keyboard is at it.
function atIt() {
  const focused = document.activeElement;
  return (focused && focused !== document.body && focused.id !== "content")
    || document.querySelector("details[open]")
    || String(getSelection())
    || document.hidden;
}

setInterval(() => {
  if (!atIt()) location.reload();
}, SECONDS * 1000);
document.documentElement.classList.add("scripted");
