// The warning symbols, fetched once and kept, so that a warning never waits for a picture; and the page's own signs.

const SVG = "http://www.w3.org/2000/svg";
const GENERIC = "road_event";
const glyphs = new Map();

export async function loadSymbols(names) {
  await Promise.all(names.filter((name) => !glyphs.has(name)).map(load));
}

async function load(name) {
  try {
    const answer = await fetch(`/symbols/${name}.svg`);
    const text = await answer.text();
    if (!answer.ok || !text.trimEnd().endsWith("</svg>")) return; // refused, or cut as the server went
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
    glyphs.set(name, document.importNode(parsed.documentElement, true));
  } catch {
    // Asked for again with the next hello.
  }
}

// The plate of a level with the symbol on it: square informs, triangle cautions, octagon is imminent.
const PLATES = {
  1: { shape: "M18 6H82Q94 6 94 18V82Q94 94 82 94H18Q6 94 6 82V18Q6 6 18 6Z", glyph: [17, 17, 66] },
  2: { shape: "M50 5Q53.5 5 55.4 8.4L97 81.5Q101 92 91 93H9Q-1 92 3 81.5L44.6 8.4Q46.5 5 50 5Z", glyph: [25, 37, 50] },
  3: { shape: "M31 4H69L96 31V69L69 96H31L4 69V31Z", glyph: [19, 19, 62] },
};

// The symbol that stands for this name now; undefined while none has come.
export function symbolFor(name) {
  return [name, GENERIC].find((each) => glyphs.has(each));
}

// Drawn with the other on the right; on the left they are seen in a mirror.
const SIDED = new Set(["crossing", "lane_change"]);

export function plate(level, name, direction) {
  const { shape, glyph } = PLATES[level] ?? PLATES[2];
  const svg = element("svg", { viewBox: "-1 0 102 100", "aria-hidden": "true" });
  svg.append(element("path", { class: "shape", d: shape }));
  const symbol = glyphs.get(symbolFor(name))?.cloneNode(true);
  if (symbol) {
    const [x, y, size] = glyph;
    for (const [key, value] of Object.entries({ class: "glyph", x, y, width: size, height: size })) {
      symbol.setAttribute(key, value);
    }
    const isLeft = SIDED.has(name) && direction.endsWith("left");
    const side = element("g", isLeft ? { transform: "translate(100 0) scale(-1 1)" } : {});
    side.append(symbol);
    svg.append(side);
  }
  return svg;
}

export function arrow(turn) {
  return sign("M50 6L92 52H67V94H33V52H8Z", turn);
}

// Where our way leads over the crossing.
const WAYS = {
  straight: "M50 92V16M28 40L50 14L72 40",
  left: "M70 92V52Q70 38 56 38H20M42 14L18 38L42 62",
  right: "M30 92V52Q30 38 44 38H80M58 14L82 38L58 62",
  back: "M72 92V42Q72 16 48 16T24 42V70M6 52L24 74L42 52",
};

export function wayArrow(turn) {
  return line(WAYS[turn] ?? WAYS.straight, 13);
}

// The outline that tells the kind of a road sign (GB 5768.2: black on yellow warns, a red ring forbids, a grey one ends
// that, blue tells); where its symbol or figure stands: x, y, size; and what is drawn over it, or for want of one.
const DISC = "M50 8A42 42 0 1 1 49.9 8Z";
const RING = { d: DISC, fill: "#fff", line: "#d3122a", width: 11, ink: "#10151b", at: [22, 22, 56] };
const SLASH = "M22 22L78 78";
const SIGNS = {
  warning: { d: "M50 7L96 89H4Z", fill: "#ffd400", line: "#10151b", width: 7, ink: "#10151b", at: [27, 37, 46] },
  prohibition: { ...RING, bare: SLASH },
  road_closed: RING,
  no_entry: { ...RING, fill: "#d3122a", ink: "#fff" },
  stop: { ...RING, d: "M33 8H67L92 33V67L67 92H33L8 67V33Z", fill: "#d3122a", width: 6, ink: "#fff", at: [25, 23, 52] },
  give_way: { ...RING, d: "M50 92L6 13H94Z", width: 10, at: [32, 18, 36] },
  end: { ...RING, line: "#5b6672", width: 8, over: SLASH },
  other: { ...RING, d: "M12 12H88V88H12Z", fill: "#0f4c9c", line: "#fff", width: 8, ink: "#fff", at: [20, 20, 60] },
};

export function roadSign({ shape, symbol, figure }) {
  const { d, fill, line, width, ink, at, bare, over } = SIGNS[shape] ?? SIGNS.other;
  const svg = sign("", 0);
  svg.append(element("path", { d, fill, stroke: line, "stroke-width": width, "stroke-linejoin": "round" }));
  const inner = figure ? number(figure, at) : within(symbol, at);
  inner?.setAttribute("color", ink);
  const across = over ?? (inner ? null : bare);
  svg.append(...[inner, across && element("path", { d: across, stroke: line, "stroke-width": 9 })].filter(Boolean));
  return svg;
}

function within(symbol, [x, y, size]) {
  const inner = glyphs.get(symbol)?.cloneNode(true);
  for (const [key, value] of Object.entries({ x, y, width: size, height: size })) inner?.setAttribute(key, value);
  return inner;
}

function number(figure, [x, y, size]) {
  const look = { fill: "currentColor", "text-anchor": "middle", "dominant-baseline": "central", "font-weight": 700 };
  const wide = figure.length > 2 ? 0.58 : 0.82;
  const text = element("text", { x: x + size / 2, y: y + size / 2, "font-size": size * wide, ...look });
  text.textContent = figure;
  return text;
}

// A sun, a moon, and half of each for what follows the sky.
const THEMES = {
  day: "M50 30A20 20 0 1 1 49.9 30ZM50 6V16M50 84V94M6 50H16M84 50H94M19 19L26 26M74 74L81 81M81 19L74 26M26 74L19 81",
  night: "M62 12A40 40 0 1 0 88 62A32 32 0 0 1 62 12Z",
  auto: "M50 12A38 38 0 1 1 49.9 12ZM50 12V88M64 16V84M76 24V76",
};

export function themeSign(choice) {
  return line(THEMES[choice], 8);
}

// Somebody from behind.
export function car() {
  return sign("M24 12H76L86 46Q92 50 92 58V80H80V90H66V80H34V90H20V80H8V58Q8 50 14 46ZM32 22L26 44H74L68 22Z", 0);
}

export function brokenLink() {
  const svg = line("M20 44a42 42 0 0 1 60 0M33 60a24 24 0 0 1 34 0M14 90L86 14", 8);
  svg.append(element("circle", { cx: 50, cy: 78, r: 7, fill: "currentColor" }));
  return svg;
}

function line(d, width) {
  const svg = sign("", 0);
  const look = { fill: "none", stroke: "currentColor", "stroke-width": width, "stroke-linecap": "round" };
  svg.append(element("path", { ...look, "stroke-linejoin": "round", d }));
  return svg;
}

function sign(d, turn) {
  const svg = element("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" });
  if (d) svg.append(element("path", { d, fill: "currentColor", transform: `rotate(${turn} 50 50)` }));
  return svg;
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
