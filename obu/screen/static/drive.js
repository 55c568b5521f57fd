// Own speed, limit, gear, turn signals and door; without a live scene there is no speed.

const panel = document.querySelector("#drive");
const find = (selector) => panel.querySelector(selector);
const GEARS = { forward: "D", reverse: "R", neutral: "N", park: "P" };

export function showDrive(scene, texts) {
  const speed = scene?.speed_kph ?? null;
  find(".speed b").textContent = speed === null ? "––" : Math.round(speed);
  find(".speed").classList.toggle("wide", speed >= 99.5);
  find(".gear").textContent = GEARS[scene?.gear] ?? "";
  find(".turn.left").classList.toggle("on", Boolean(scene?.left_turn || scene?.hazard));
  find(".turn.right").classList.toggle("on", Boolean(scene?.right_turn || scene?.hazard));
  find(".limit").hidden = !scene?.limit_kph;
  find(".limit").textContent = scene?.limit_kph ?? "";
  find(".door").hidden = !scene?.door_open;
  find(".door").textContent = texts.door;
}
