// The one warning: symbol on its plate, direction, distance, sentence; and the strip of information.

import { plate, symbolFor } from "./symbols.js";

const panel = document.querySelector("#warning");
const hint = document.querySelector("#hint");
const find = (selector) => panel.querySelector(selector);
let drawn = "";

export function showWarning(alert, lang, texts) {
  panel.hidden = false;
  Object.assign(panel.dataset, {
    number: alert.number,
    app: alert.app,
    level: alert.level,
    direction: alert.direction,
  });
  const look = `${alert.level}/${alert.number}/${symbolFor(alert.symbol)}`;
  if (look !== drawn) {
    drawn = look;
    find(".plate").replaceChildren(plate(alert.level, alert.symbol));
  }
  find(".distance").hidden = alert.distance_m === null;
  if (alert.distance_m !== null) {
    find(".distance b").textContent = calm(alert.distance_m);
    find(".distance i").textContent = texts.metres;
  }
  const sentence = find(".sentence");
  sentence.textContent = alert.text[lang];
  sentence.className = `sentence ${length(alert.text[lang])}`;
}

// Information: a strip below the surroundings, without taking the screen.
export function showHint(alert, lang) {
  hint.hidden = !alert;
  if (!alert) return;
  Object.assign(hint.dataset, { number: alert.number, app: alert.app });
  hint.querySelector(".plate").replaceChildren(plate(alert.level, alert.symbol));
  hint.querySelector("p").textContent = alert.text[lang];
}

export function hideWarning() {
  panel.hidden = true;
  drawn = "";
}

// A figure that changes with every metre cannot be read at a glance.
function calm(metres) {
  const step = metres >= 100 ? 10 : metres >= 20 ? 5 : 1;
  return Math.max(0, Math.round(metres / step) * step);
}

// The width in em: a Chinese character fills its square, a Latin letter a little over half of it.
function length(text) {
  const width = [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : 0.56), 0);
  return width <= 7.6 ? "" : width <= 10.2 ? "long" : "longer";
}
