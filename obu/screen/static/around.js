// The neighbours from above: own vehicle in the middle, heading up, 120 m to the rim.

const RANGE_M = 120;
const RINGS_M = [50, 100];
const COLOURS = { 1: "#4da3ff", 2: "#ffb31a", 3: "#ff3f52" };
const BEARINGS = {
  ahead: 0, ahead_right: 45, right: 90, behind_right: 135, behind: 180, behind_left: 225, left: 270, ahead_left: 315,
};
const WEDGE_DEG = 24;

const panel = document.querySelector("#around");
const canvas = panel.querySelector("canvas");
const count = panel.querySelector(".count");
let last = null;

export function drawAround(scene, warning, texts) {
  if (scene) last = scene;
  if (!last) count.textContent = "";
  else count.textContent = texts.vehicles(last.neighbours.length);
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.translate(width / 2, height / 2);
  const scale = (Math.min(width, height) / 2 - 4) / RANGE_M;
  rings(pen, scale, Math.min(width, height));
  if (warning) wedge(pen, scale * RANGE_M, BEARINGS[warning.direction] ?? 0, COLOURS[warning.level]);
  for (const one of last?.neighbours ?? []) neighbour(pen, scale, one, Math.min(width, height));
  own(pen, Math.min(width, height));
}

function rings(pen, scale, size) {
  pen.lineWidth = 1.5;
  pen.textAlign = "left";
  for (const radius of RINGS_M) {
    pen.strokeStyle = "#223040";
    pen.beginPath();
    pen.arc(0, 0, radius * scale, 0, 2 * Math.PI);
    pen.stroke();
    if (size > 260) {
      pen.fillStyle = "#5d6b79";
      pen.font = `${Math.round(size / 26)}px system-ui, sans-serif`;
      pen.fillText(`${radius} m`, radius * scale * 0.72, -radius * scale * 0.72);
    }
  }
}

function wedge(pen, radius, bearing, colour) {
  const from = ((bearing - 90 - WEDGE_DEG) * Math.PI) / 180;
  const to = ((bearing - 90 + WEDGE_DEG) * Math.PI) / 180;
  const light = pen.createRadialGradient(0, 0, 0, 0, 0, radius);
  light.addColorStop(0, `${colour}b0`);
  light.addColorStop(1, `${colour}10`);
  pen.fillStyle = light;
  pen.beginPath();
  pen.moveTo(0, 0);
  pen.arc(0, 0, radius, from, to);
  pen.fill();
}

function neighbour(pen, scale, one, size) {
  if (Math.hypot(one.ahead_m, one.right_m) > RANGE_M) return;
  pen.save();
  pen.translate(one.right_m * scale, -one.ahead_m * scale);
  pen.rotate((one.heading_deg * Math.PI) / 180);
  body(pen, Math.max(size / 52, 5), isLarge(one.class) ? 2.6 : 1.7, "#9fb4c8", "#0b1118");
  pen.restore();
}

function own(pen, size) {
  body(pen, Math.max(size / 40, 7), 2.2, "#ffffff", "#0b1118");
}

// A vehicle with a pointed front, `half` as its half width.
function body(pen, half, slender, fill, edge) {
  const long = half * slender;
  pen.beginPath();
  pen.moveTo(0, -long);
  pen.lineTo(half, -long + half);
  pen.lineTo(half, long);
  pen.lineTo(-half, long);
  pen.lineTo(-half, -long + half);
  pen.closePath();
  pen.lineJoin = "round";
  pen.lineWidth = 2;
  pen.strokeStyle = edge;
  pen.fillStyle = fill;
  pen.stroke();
  pen.fill();
}

// BasicVehicleClass by tens: trucks, special goods, transit and buses. YD/T 3709 and GB/T 45315-2025 annex D number
// them differently, but neither puts a car (10) or a motorcycle (40) there.
function isLarge(basicClass) {
  return [2, 3, 5, 7].includes(Math.floor(basicClass / 10));
}
