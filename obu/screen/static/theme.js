// Day or night: by the sun as the unit has it, or as the driver chose; kept by the browser.

import { keep, kept } from "./kept.js";
import { themeSign } from "./symbols.js";

const KEY = "obu.light";
const CHOICES = ["auto", "day", "night"];
const button = document.querySelector("#theme");
const asked = new URLSearchParams(location.search).get("light");
let choice = [asked, kept(KEY)].find((one) => CHOICES.includes(one)) ?? "auto";
let drawn = "";

// Before the unit has told it, and while it does not know, the page stays as it was: dark at first.
export function showTheme(status, texts) {
  const light = choice === "auto" ? (status?.light ?? document.body.dataset.light ?? "night") : choice;
  document.body.dataset.light = light;
  button.setAttribute("aria-label", texts.theme[choice]);
  if (drawn === choice) return;
  drawn = choice;
  button.replaceChildren(themeSign(choice));
}

export function onTheme(changed) {
  button.addEventListener("click", () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    keep(KEY, choice);
    changed();
  });
}
