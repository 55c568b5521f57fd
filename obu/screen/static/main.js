// Joins the parts: what the stream says goes to the panels, what was really painted goes back.

import { drawAround } from "./around.js";
import { showBench } from "./bench.js";
import { showDrive } from "./drive.js";
import { showLight } from "./signal.js";
import { showState } from "./state.js";
import { follow, post } from "./stream.js";
import { arrow, brokenLink, car, loadSymbols } from "./symbols.js";
import { TEXTS, firstLanguage, keepLanguage } from "./texts.js";
import { onTheme, showTheme } from "./theme.js";
import { hideWarning, showHint, showSign, showWarning } from "./warning.js";

const STALE_SCENE_MS = 1000; // five scenes in a second
const STALE_STATUS_MS = 2500; // one status in a second
const BEAT_MS = 500;

const now = { page: null, reader: false, link: null, why: null, warning: null };
const scene = { body: null, at: -Infinity };
const status = { body: null, at: -Infinity };
let road = null; // lanes about us, told again when they change
let lang = firstLanguage();

const isOld = (kept, limit) => performance.now() - kept.at > limit;
const find = (selector) => document.querySelector(selector);

function render() {
  const texts = TEXTS[lang];
  const sceneNow = isOld(scene, STALE_SCENE_MS) ? null : scene.body;
  const statusNow = isOld(status, STALE_STATUS_MS) ? null : status.body;
  const isDanger = now.warning?.level > 1; // information leaves speed and surroundings where they are
  const view = now.link !== "up" ? "lost" : isDanger ? "warning" : "calm";
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  const shown = { view, link: now.link ?? "wait", scene: sceneNow ? "live" : "stale", alert: now.warning?.number ?? "" };
  Object.assign(document.body.dataset, shown);
  find("#language").textContent = texts.other_language;
  showTheme(statusNow, texts);
  renderLost(texts);
  if (view === "warning") showWarning(now.warning, sceneNow, lang, texts);
  else hideWarning();
  showHint(view === "calm" ? now.warning : null, sceneNow, lang);
  showSign(view === "calm" ? sceneNow?.sign : null, lang, texts);
  for (const side of ["left", "right"]) find(`.mark.${side}`).hidden = !sceneNow?.beside[side];
  showDrive(sceneNow, texts);
  showLight(view === "calm" ? sceneNow : null, texts);
  drawAround(sceneNow, road, now.warning, texts);
  showState(statusNow, lang, texts);
  showBench(statusNow, now.page !== null && !now.reader, lang, texts);
  const reader = find(".badge.reader");
  reader.hidden = !now.reader;
  reader.textContent = texts.reader;
}

function renderLost(texts) {
  const isWaiting = now.link === null;
  find("#lost h1").textContent = isWaiting
    ? texts.waiting
    : now.why === "server" ? texts.lost_connection : texts.lost_unit;
  find("#lost .advice").textContent = isWaiting ? "" : texts.advice;
  find("#lost .why").textContent = isWaiting ? "" : (texts.why[now.why] ?? "");
}

function lose(why) {
  if (now.link === "lost" && now.why === why) return;
  Object.assign(now, { link: "lost", why });
  // A stream that only paused goes on where it was and does not tell the warning again.
  if (why !== "server") now.warning = null;
  scene.at = status.at = -Infinity;
  render();
}

function appear(alert) {
  const isNew = now.warning?.number !== alert.number;
  now.warning = alert;
  render();
  if (isNew && now.link === "up" && !now.reader) acknowledge(alert.number);
}

// The first frame after the change is being painted when the second one is asked for: then it was on the screen.
function acknowledge(number) {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (now.warning?.number === number) post("/ack", { number, shown_utc_s: Date.now() / 1000 });
    }),
  );
}

// A hidden or frozen page gets no animation frames, and so has no pulse.
function beat() {
  if (now.page === null || now.reader || now.link === "lost") return;
  requestAnimationFrame(() => post("/beat", { page: now.page }));
}

function stayAwake() {
  if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
}

const handlers = {
  hello: ({ page, reader, symbols }) => {
    Object.assign(now, { page, reader, warning: null });
    loadSymbols(symbols).then(render); // a page opened during a warning had its words first
  },
  link: ({ unit, why }) => {
    if (!unit) return lose(why);
    if (now.link !== "up") {
      Object.assign(now, { link: "up", why: null });
      render();
    }
  },
  scene: (body) => {
    Object.assign(scene, { body, at: performance.now() });
    render();
  },
  road: (body) => {
    road = body;
  },
  status: (body) => {
    Object.assign(status, { body, at: performance.now() });
    render();
  },
  alert: appear,
  clear: ({ number }) => {
    if (now.warning?.number !== number) return;
    now.warning = null;
    render();
  },
};

find(".turn.left").append(arrow(-90));
find(".turn.right").append(arrow(90));
for (const side of ["left", "right"]) find(`.mark.${side}`).append(car());
find("#warning .arrow").append(arrow(0));
find("#lost .sign").append(brokenLink());
find("#language").addEventListener("click", () => {
  lang = lang === "zh" ? "en" : "zh";
  keepLanguage(lang);
  render();
});
onTheme(render);
document.addEventListener("visibilitychange", stayAwake);
addEventListener("resize", render);
stayAwake();
render();
follow(handlers, () => lose("server"));
setInterval(beat, BEAT_MS);
setInterval(() => {
  const isSceneShown = document.body.dataset.scene === "live";
  if (isSceneShown && isOld(scene, STALE_SCENE_MS)) render();
}, 100);
