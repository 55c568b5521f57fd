// What is left, as the counters at the roadside show it: a begun second counts whole.
export function countdown(seconds) {
  return Math.min(999, Math.max(0, Math.ceil(seconds)));
}
