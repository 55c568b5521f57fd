// Own speed, gear, turn signals and door; without a live scene there is no speed.

const panel = document.querySelector("#drive");
const find = (selector) => panel.querySelector(selector);
const GEARS = { forward: "D", reverse: "R", neutral: "N", park: "P" };

export function showDrive(scene, texts) {
  const speed = scene?.speed_kph ?? null;
  find(".speed b").textContent = speed === null ? "––" : Math.round(speed);
  find(".gear").textContent = GEARS[scene?.gear] ?? "";
  find(".turn.left").classList.toggle("on", Boolean(scene?.left_turn || scene?.hazard));
  find(".turn.right").classList.toggle("on", Boolean(scene?.right_turn || scene?.hazard));
  find(".door").hidden = !scene?.door_open;
  find(".door").textContent = texts.door;
}
