// What this browser keeps for the page; one that forbids it keeps it as long as the page lives.

export function kept(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing is kept.
  }
}
