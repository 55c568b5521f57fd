// The one warning: symbol on its plate, direction, distance, time, sentence; and the strips of information.

import { plate, roadSign, symbolFor } from "./symbols.js";
import { width } from "./texts.js";

const panel = document.querySelector("#warning");
const hint = document.querySelector("#hint");
const sign = document.querySelector("#sign");
const LONGEST_S = 30; // a countdown from further away hurries nobody
let drawn = "";

export function showWarning(alert, scene, lang, texts) {
  panel.hidden = false;
  Object.assign(panel.dataset, {
    number: alert.number,
    app: alert.app,
    level: alert.level,
    direction: alert.direction,
  });
  const look = [alert.level, alert.number, symbolFor(alert.symbol), alert.direction].join();
  if (look !== drawn) {
    drawn = look;
    panel.querySelector(".plate").replaceChildren(plate(alert.level, alert.symbol, alert.direction));
  }
  // Too fast is nowhere ahead: the limit itself says it.
  const limit = alert.app === "SLW" ? scene?.limit_kph : null;
  panel.querySelector(".arrow").hidden = Boolean(limit);
  panel.querySelector(".limit").hidden = !limit;
  panel.querySelector(".limit").textContent = limit ?? "";
  const time = alert.time_s ?? null;
  figure(".distance", alert.distance_m === null ? null : calm(alert.distance_m), texts.metres);
  figure(".time", time === null || time > LONGEST_S ? null : Math.max(0, Math.round(time)), texts.seconds);
  const sentence = panel.querySelector(".sentence");
  sentence.textContent = alert.text[lang];
  sentence.className = `sentence ${length(alert.text[lang])}`;
}

function figure(name, value, unit) {
  const one = panel.querySelector(name);
  one.hidden = value === null;
  one.querySelector("b").textContent = value ?? "";
  one.querySelector("i").textContent = unit;
}

// Information: a strip below the surroundings, without taking the screen. What has a place of its own needs none.
export function showHint(alert, scene, lang) {
  const isElsewhere = (alert?.app === "GLOSA" && scene?.signal?.advice_kph) || (alert?.app === "IVS" && scene?.sign);
  hint.hidden = !alert || Boolean(isElsewhere);
  if (hint.hidden) return;
  Object.assign(hint.dataset, { number: alert.number, app: alert.app });
  hint.querySelector(".plate").replaceChildren(plate(alert.level, alert.symbol, alert.direction));
  hint.querySelector("p").textContent = alert.text[lang];
}

export function showSign(shown, lang, texts) {
  sign.hidden = !shown;
  if (!shown) return;
  const look = [shown.shape, symbolFor(shown.symbol), shown.figure].join();
  if (sign.dataset.look !== look) sign.querySelector(".plate").replaceChildren(roadSign(shown));
  sign.dataset.look = look;
  sign.querySelector("p").textContent = shown.text[lang];
  sign.querySelector("span").textContent = `${calm(shown.distance_m)} ${texts.metres}`;
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

function length(text) {
  const em = width(text);
  return em <= 7.6 ? "" : em <= 10.2 ? "long" : "longer";
}
