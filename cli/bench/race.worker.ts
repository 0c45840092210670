// The dedicated worker of the benchmark: an order comes in, lines and a report go out.

import { type RaceOrder, race } from "./race.ts";

addEventListener("message", async ({ data }: MessageEvent<RaceOrder>) => {
  try {
    postMessage({ report: await race(data, (line) => postMessage({ line })) });
  } catch (error) {
    const text = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
    postMessage({ error: text });
  }
});
