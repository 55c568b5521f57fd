// Follows /events for ever. Says when nothing came for QUIET_MS, in LOOKS looks on end: the server speaks five times a second.
// One look alone tells little: a page that stood still looks first, and reads what came meanwhile afterwards.

const QUIET_MS = 500;
const LOOK_MS = 50;
const LOOKS = 3;
const AGAIN_MS = 500;
const RENEW_MS = 4000;
const SLEPT_MS = 1200; // a page looks at the time twenty times a second, and with each event

export function follow(handlers, onLost, path = "/events") {
  let source = null;
  let heard = performance.now();
  let quiet = 0; // looks on end at which nothing had come
  let opened = heard;
  let awake = Date.now(); // the clock on the wall goes on while a tablet sleeps

  function open() {
    opened = performance.now();
    source?.close();
    source = new EventSource(path);
    for (const [kind, handler] of Object.entries(handlers)) {
      source.addEventListener(kind, (event) => {
        if (hasSlept()) return wake();
        heard = performance.now();
        handler(JSON.parse(event.data));
      });
    }
    source.onerror = onLost; // the connection broke: no need to wait for silence
  }

  function hasSlept() {
    const before = awake;
    awake = Date.now();
    return awake - before > SLEPT_MS;
  }

  // What waited for us meanwhile is a story of the past, warnings that are over included: a new stream tells the present.
  function wake() {
    onLost();
    open();
  }

  setInterval(() => {
    if (hasSlept()) return wake();
    const now = performance.now();
    quiet = now - heard > QUIET_MS ? quiet + 1 : 0;
    if (quiet >= LOOKS) onLost();
    const isEnded = source.readyState === EventSource.CLOSED && now - opened > AGAIN_MS;
    // A tablet that slept may hold a connection that is dead without knowing.
    const isDead = now - heard > RENEW_MS && now - opened > RENEW_MS;
    if (isEnded || isDead) open();
  }, LOOK_MS);
  open();
}

export function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(1000),
  }).catch(() => null); // the server is away: the stream says so
}
