// The light before us: which lamp, for how long, how far to the line, and the speeds that GLOSA advises.

import { countdown } from "./countdown.js";
import { wayArrow } from "./symbols.js";

const panel = document.querySelector("#light");
const find = (selector) => panel.querySelector(selector);

export function showLight(scene, texts) {
  const light = scene?.signal ?? null;
  panel.hidden = !light;
  if (!light) return;
  panel.dataset.lamp = light.lamp;
  find(".left").textContent = light.left_s === null ? "––" : countdown(light.left_s);
  find(".left").classList.toggle("wide", light.left_s > 99);
  find(".left + i").textContent = light.left_s === null ? "" : texts.seconds;
  if (panel.dataset.turn !== light.turn) {
    panel.dataset.turn = light.turn;
    find(".way").replaceChildren(wayArrow(light.turn));
  }
  find(".line").textContent = `${light.stop_m} ${texts.metres}`;
  find(".advice").hidden = !light.advice_kph;
  if (!light.advice_kph) return;
  const [low, high] = light.advice_kph;
  find(".advice em").textContent = texts.advised;
  find(".advice b").textContent = low === high ? low : `${low}–${high}`;
  find(".advice b").classList.toggle("wide", high > 99);
}
