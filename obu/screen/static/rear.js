// The panel at the rear: the light before the bus with its countdown; black as soon as what it heard is old.

import { countdown } from "./countdown.js";
import { follow } from "./stream.js";

const panel = document.querySelector("main");
let until = 0;

function blank() {
  panel.hidden = true;
}

follow(
  {
    link: ({ unit }) => {
      if (!unit) blank();
    },
    rear: ({ lamp, left_s, valid_ms }) => {
      until = performance.now() + valid_ms;
      panel.hidden = lamp === null;
      panel.dataset.lamp = lamp;
      panel.querySelector("b").textContent = lamp === null ? "" : countdown(left_s);
    },
  },
  blank,
  "/rear/events",
);
setInterval(() => {
  if (performance.now() > until) blank();
}, 100);
