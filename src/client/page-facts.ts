// What only the page can see of the machine it is in: for reports, and for the lab to know when it was hidden.

/** Calls back now and whenever the page comes into view or leaves it; what is returned ends that. */
export function watchVisible(tell: (isVisible: boolean) => void): () => void {
  const look = (): void => tell(document.visibilityState === "visible");
  look();
  document.addEventListener("visibilitychange", look);
  return () => document.removeEventListener("visibilitychange", look);
}

export function environment() {
  return {
    browser: /(Chrome|Firefox|Version)\/[\d.]+/.exec(navigator.userAgent)?.[0] ?? navigator.userAgent,
    cores: navigator.hardwareConcurrency,
    isIsolated: crossOriginIsolated,
    clockMs: clockStepMs(),
  };
}

/** Smallest step of the clock that is seen: browsers round it. */
function clockStepMs(): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let seen = 0; seen < 20; seen++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    smallest = Math.min(smallest, now - start);
  }
  return Number(smallest.toFixed(4));
}
