// What a technician sees beside the driver's page: why each claim holds, what became of packets, how often.

const panel = document.querySelector("#bench");
const isAsked = new URLSearchParams(location.search).get("bench") === "1";
let before = null;

// isHere: the page is on the unit's own machine; a tablet never shows this.
export function showBench(status, isHere, lang, texts) {
  panel.hidden = !(isAsked && isHere);
  document.body.classList.toggle("bench", !panel.hidden);
  if (panel.hidden || !status || status === before) return;
  const words = texts.bench_words;
  panel.replaceChildren(
    part(words.rates, rates(status, words)),
    part(words.verdicts, Object.entries(status.air.dropped).map(([reason, count]) => [reason, count])),
    ...(status.claims ?? []).map((claim) => part(title(claim, lang), Object.entries(claim.why))),
  );
  before = status;
}

const title = ({ app, level, text, subject }, lang) => `${app} ${"!".repeat(level)} ${text[lang]} · ${subject}`;

// A second apart as a rule: the difference of counts by the difference of the unit's own time.
function rates(status, words) {
  const lasted = before ? status.uptime_s - before.uptime_s : 0;
  const each = (now, then) => (lasted > 0 ? ((now - then) / lasted).toFixed(1) : "–");
  return [
    [words.received, each(status.air.received, before?.air.received)],
    [words.verified, each(status.air.verified, before?.air.verified)],
    [words.sent, each(status.bsm.sent, before?.bsm.sent)],
    [words.frames, each(status.can.frames, before?.can.frames)],
    [words.pending, status.air.pending],
    [words.period, `${status.bsm.period_ms.p50 ?? "–"} / ${status.bsm.period_ms.p99 ?? "–"}`],
  ];
}

function part(heading, rows) {
  const list = document.createElement("dl");
  for (const [name, value] of rows) {
    const [term, said] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    said.textContent = value;
    list.append(term, said);
  }
  const box = document.createElement("section");
  box.append(Object.assign(document.createElement("h2"), { textContent: heading }), list);
  return box;
}
