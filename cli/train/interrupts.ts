// Ctrl-C from the first moment on: before the run has begun it means "do not begin".

export interface Interrupts {
  came(): boolean;
  /** Called at the first Ctrl-C, at once when it came already. */
  whenCame(stop: () => void): void;
  forget(): void;
}

export function hearInterrupts(): Interrupts {
  let came = false;
  let stop = (): void => undefined;
  const hear = (): void => {
    if (came) return;
    came = true;
    console.log("Stopping at the end of the step …");
    stop();
  };
  process.on("SIGINT", hear);
  process.on("SIGTERM", hear);
  return {
    came: () => came,
    whenCame: (next) => {
      stop = next;
      if (came) stop();
    },
    forget: () => {
      process.off("SIGINT", hear);
      process.off("SIGTERM", hear);
    },
  };
}
