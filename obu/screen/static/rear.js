// The panel at the rear: the light before the bus with its countdown; black as soon as what it heard is old.

import { countdown } from "./countdown.js";
import { follow } from "./stream.js";
import { wayArrow } from "./symbols.js";

const panel = document.querySelector("main");
let until = 0;

// An LED panel takes the first dots of a larger picture: ?size=192x64.
const [, width, height] = /^(\d+)x(\d+)$/.exec(new URLSearchParams(location.search).get("size")) ?? [];
if (width) Object.assign(document.body.style, { width: `${width}px`, height: `${height}px` });

function blank() {
  panel.hidden = true;
}

follow(
  {
    link: ({ unit }) => {
      if (!unit) blank();
    },
    rear: ({ lamp, turn, left_s, valid_ms }) => {
      until = performance.now() + valid_ms;
      panel.hidden = lamp === null;
      panel.dataset.lamp = lamp;
      if (panel.dataset.turn !== String(turn)) {
        panel.dataset.turn = turn;
        panel.querySelector(".way").replaceChildren(...(turn === null ? [] : [wayArrow(turn)]));
      }
      panel.querySelector("b").textContent = lamp === null ? "" : countdown(left_s);
    },
  },
  blank,
  "/rear/events",
);
setInterval(() => {
  if (performance.now() > until) blank();
}, 100);
