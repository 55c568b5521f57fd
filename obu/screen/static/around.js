// The road from above, heading up: lanes of the MAP, own vehicle and neighbours by their outlines.

const AHEAD_M = 75;
const BEHIND_M = 30;
const RINGS_M = [25, 50];
const BEARINGS = {
  ahead: 0, ahead_right: 45, right: 90, behind_right: 135, behind: 180, behind_left: 225, left: 270, ahead_left: 315,
};
const WEDGE_DEG = 20;
const LEAST_PX = 3; // half a body: smaller is a speck
const JOINT_M = 0.8; // left free between the bodies of an articulated bus

const panel = document.querySelector("#around");
const canvas = panel.querySelector("canvas");
const count = panel.querySelector(".count");
let last = null;

export function drawAround(scene, road, warning, texts) {
  if (scene) last = scene;
  count.textContent = last ? texts.vehicles(last.around) : "";
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(document.body);
  const colour = (name) => style.getPropertyValue(name).trim();
  const scale = height / (AHEAD_M + BEHIND_M);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.setTransform(ratio, 0, 0, ratio, (width / 2) * ratio, AHEAD_M * scale * ratio);
  if (last && road && last.at?.road === road.number) lanes(pen, scale, road, last, colour);
  rings(pen, scale, colour, width, height);
  const hot = warning ? colour(`--level-${warning.level}`) : null;
  const target = warning && last?.neighbours.find((one) => one.subject === warning.subject);
  const isSomewhere = target || warning?.distance_m !== null; // too fast is nowhere ahead
  if (warning?.level > 1 && isSomewhere) wedge(pen, AHEAD_M * scale, target ? bearing(target) : BEARINGS[warning.direction] ?? 0, hot);
  for (const one of last?.neighbours ?? []) {
    neighbour(pen, scale, one, one === target ? hot : colour("--other"), colour("--panel"));
  }
  if (last) own(pen, scale, last.sections, colour("--own"), colour("--panel"));
}

function lanes(pen, scale, road, { at, heading_deg }, colour) {
  const heading = (heading_deg * Math.PI) / 180;
  const [sin, cos] = [Math.sin(heading), Math.cos(heading)];
  const trace = (points) => {
    pen.beginPath();
    for (const [east, north] of points) {
      const [dx, dy] = [east - at.east_m, north - at.north_m];
      pen.lineTo((dx * cos - dy * sin) * scale, -(dx * sin + dy * cos) * scale);
    }
    pen.stroke();
  };
  pen.lineJoin = "round";
  pen.lineCap = "butt";
  for (const [style, grow] of [["--kerb", 0], ["", -0.5]]) {
    for (const lane of road.lanes) {
      pen.strokeStyle = colour(style || (lane.kind === "vehicle" ? "--lane" : "--lane-other"));
      pen.lineWidth = Math.max(1, (lane.width_m + grow) * scale);
      trace(lane.points);
    }
  }
}

function rings(pen, scale, colour, width, height) {
  pen.lineWidth = 1;
  pen.textAlign = "left";
  for (const radius of RINGS_M) {
    pen.strokeStyle = colour("--line");
    pen.beginPath();
    pen.arc(0, 0, radius * scale, Math.PI * 1.2, Math.PI * 1.8);
    pen.stroke();
    if (height < 300) continue;
    pen.fillStyle = colour("--dim");
    pen.font = `${Math.round(height / 24)}px system-ui, sans-serif`;
    const words = `${radius} m`;
    const most = width / 2 - pen.measureText(words).width - 8;
    pen.fillText(words, Math.min(radius * scale * 0.82, most), -radius * scale * 0.6);
  }
}

// Where it is now; the arrow of the warning tells the side it comes from.
function bearing({ ahead_m, right_m }) {
  return (Math.atan2(right_m, ahead_m) * 180) / Math.PI;
}

function wedge(pen, radius, bearing_deg, colour) {
  const from = ((bearing_deg - 90 - WEDGE_DEG) * Math.PI) / 180;
  const to = ((bearing_deg - 90 + WEDGE_DEG) * Math.PI) / 180;
  const light = pen.createRadialGradient(0, 0, 0, 0, 0, radius);
  light.addColorStop(0, `${colour}90`);
  light.addColorStop(1, `${colour}08`);
  pen.fillStyle = light;
  pen.beginPath();
  pen.moveTo(0, 0);
  pen.arc(0, 0, radius, from, to);
  pen.fill();
}

function neighbour(pen, scale, one, fill, edge) {
  if (one.ahead_m > AHEAD_M + 10 || one.ahead_m < -BEHIND_M - 10) return;
  pen.save();
  pen.translate(one.right_m * scale, -one.ahead_m * scale);
  pen.rotate((one.heading_deg * Math.PI) / 180);
  if (one.kind === "pedestrian") dot(pen, LEAST_PX + 1.5, fill, edge);
  else body(pen, scale, one.length_m, one.width_m, fill, edge);
  pen.restore();
}

// One outline, or the two of an articulated bus.
function own(pen, scale, sections, fill, edge) {
  for (const [index, { ahead_m, right_m, turn_deg, length_m, width_m }] of sections.entries()) {
    pen.save();
    pen.translate(right_m * scale, -ahead_m * scale);
    pen.rotate((turn_deg * Math.PI) / 180);
    body(pen, scale, length_m - (sections.length > 1 ? JOINT_M : 0), width_m, fill, edge, 1.5, index ? 0 : 1);
    pen.restore();
  }
}

function dot(pen, radius, fill, edge) {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
  paint(pen, fill, edge);
}

// An outline with a pointed front; `wide` draws it wider than it is, so that the own vehicle is found at once.
function body(pen, scale, length_m, width_m, fill, edge, wide = 1.2, point = 1) {
  const half = Math.max((width_m / 2) * scale * wide, LEAST_PX);
  const long = Math.max((length_m / 2) * scale, half * 1.4);
  const nose = point * Math.min(half, long * 0.6);
  pen.beginPath();
  pen.moveTo(0, -long);
  pen.lineTo(half, -long + nose);
  pen.lineTo(half, long);
  pen.lineTo(-half, long);
  pen.lineTo(-half, -long + nose);
  pen.closePath();
  paint(pen, fill, edge);
}

function paint(pen, fill, edge) {
  pen.lineJoin = "round";
  pen.lineWidth = 2;
  pen.strokeStyle = edge;
  pen.fillStyle = fill;
  pen.stroke();
  pen.fill();
}
