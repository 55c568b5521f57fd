// The small row of states, and the list of what is not available and why.

import { width } from "./texts.js";

const OLD_CAN_MS = 1000;
const TWO_ROWS = 70; // em
const MOST = 140; // em: with a longer list the panels above would be too low
const pills = Object.fromEntries(
  [...document.querySelectorAll("#state > div")].map((pill) => [pill.dataset.key, pill]),
);
const missing = document.querySelector(".missing");
let written = "";
const bench = document.querySelector(".badge.bench");

export function showState(status, lang, texts) {
  const states = status ? judge(status) : {};
  for (const [key, pill] of Object.entries(pills)) {
    const [state, word] = states[key] ?? ["unknown", "unknown"];
    pill.dataset.state = state;
    pill.querySelector("dt").textContent = texts.label[key];
    pill.querySelector("dd").textContent = texts.value[word];
  }
  const all = status ? list(status, lang, texts, everyName) : [];
  const lines = long(all) > MOST ? list(status, lang, texts, firstName) : all;
  if (JSON.stringify(lines) !== written) {
    written = JSON.stringify(lines);
    missing.classList.toggle("small", long(lines) > TWO_ROWS);
    missing.dataset.count = texts.lacks(lines.length);
    missing.replaceChildren(...lines.map(([because, text]) => line(because, text)));
  }
  bench.hidden = !status?.security.bench_keys;
  bench.textContent = texts.bench;
}

const list = (status, lang, texts, name) => [...reasons(status, lang, texts), ...unavailable(status, lang, texts, name)];
const long = (lines) => lines.reduce((sum, [, text]) => sum + width(text) + 3, 0);
const everyName = (titles, texts) => titles.join(texts.and);
const firstName = (titles, texts) => (titles.length > 1 ? texts.some(titles[0], titles.length) : titles[0]);

// For each pill its state, which picks colour and shape, and its word.
function judge({ bsm, security, trust, gnss, can, display, drivers }) {
  const isRadioUp = drivers.radio?.up ?? true;
  const hasCan = can.age_ms !== null && can.age_ms < OLD_CAN_MS;
  return {
    bsm: bsm.state === "sending" ? ["ok", "sending"] : ["caution", "stopped"],
    air: isRadioUp ? ["ok", "radio_up"] : ["fault", "radio_down"],
    security: security.state !== "ok" ? ["fault", security.state]
      : overdue(trust).length ? ["caution", "lists_old"] : ["ok", "ok"],
    gnss: gnss.state === "fix" ? ["ok", "fix"] : ["caution", "none"],
    can: hasCan ? ["ok", "ok"] : ["caution", "can_old"],
    display: { ok: ["ok", "ok"], absent: ["unknown", "absent"] }[display.state] ?? ["fault", "fault"],
  };
}

// Kinds of trust and revocation lists that should have been replaced: warnings go on, judged by old knowledge.
function overdue(trust) {
  const stale = (trust?.lists ?? []).filter((list) => list.is_stale).map((list) => list.kind.toUpperCase());
  return [...new Set(stale)].sort();
}

// Warnings that cannot come now: the unit says which, why, and whose lack it is. One reason is said once.
function unavailable({ unavailable }, lang, texts, name) {
  const reasons = new Map();
  for (const { apps, why, because, is_silent } of unavailable ?? []) {
    const names = apps === null ? texts.all_warnings : name(apps.map(({ title }) => title[lang]), texts);
    const key = `${because} ${why[lang]}`;
    if (!reasons.has(key)) reasons.set(key, { because, why: why[lang], which: [] });
    reasons.get(key).which.push((is_silent ? texts.silent : texts.unavailable)(names));
  }
  return [...reasons.values()].map(({ because, why, which }) => [because, texts.because(which.join(texts.also), why)]);
}

function line(because, text) {
  const item = document.createElement("li");
  item.dataset.because = because;
  item.textContent = text;
  return item;
}

function reasons({ bsm, trust, display, drivers }, lang, texts) {
  const found = [];
  const down = Object.keys(drivers).filter((name) => !drivers[name].up).sort();
  const names = down.map((name) => texts.interface[name] ?? name);
  if (bsm.state === "stopped" && bsm.why.length) {
    found.push(["unit", texts.not_sending(bsm.why.map((reason) => reason[lang]).join(texts.and))]);
  }
  const lists = overdue(trust);
  if (lists.length) found.push(["unit", texts.lists_overdue(lists.join(", "))]);
  if (display.state === "fault" && display.why) found.push(["unit", texts.display_fault(display.why[lang])]);
  if (down.length) found.push(["unit", texts.interface_down(names.join(texts.and))]);
  return found;
}
