// The dedicated worker of the benchmark: an order comes in, lines and a report go out.

import type { Order } from "./page.ts";
import { comparePairs } from "./parity-run.ts";
import { race } from "./race.ts";

addEventListener("message", async ({ data }: MessageEvent<Order>) => {
  const log = (line: string): void => postMessage({ line });
  try {
    postMessage({
      report: data.suite === "engine" ? await race(data, log) : await comparePairs(data, log),
    });
  } catch (error) {
    const text = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
    postMessage({ error: text });
  }
});
