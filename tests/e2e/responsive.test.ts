// The screen never waits: while training goes on, no task of the page's main thread takes more than 50 ms.
// Measured as processor time of each task, from Chromium's own trace, so that a busy machine does not fail a quick page.

import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, PlaygroundPage, SMALL, type Stage } from "./app.ts";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time, µs. */
  readonly tdur?: number;
  readonly args?: {
    readonly name?: string;
    readonly data?: { readonly frames?: { readonly url?: string; readonly processId?: number }[] };
  };
}

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it("no main-thread task over 50 ms while training, evaluating and switching overlays", async () => {
  const app = await PlaygroundPage.open(
    stage,
    SMALL.replace("evaluation.every.count=1000", "evaluation.every.count=4"),
  );
  await app.tiles().first().waitFor();
  await app.press("Space");
  await app.until(({ evaluations }) => evaluations.length >= 1);
  await stage.browser.startTracing(app.page, {
    categories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"],
  });
  const from = (await app.snapshot()).losses.length;
  await app.press("3");
  await app.press("1");
  await app.page.waitForFunction(
    (start) => (window.playground?.snapshot().lossCount ?? 0) > start + 8,
    from,
    { timeout: 240_000 },
  );
  const { traceEvents } = JSON.parse((await stage.browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  const longest = longestTaskMs(traceEvents, stage.app.url);
  expect(longest.tasks).toBeGreaterThan(50);
  expect(longest.ms).toBeLessThanOrEqual(50);
  expect(app.complaints).toEqual([]);
  await app.close();
});

function longestTaskMs(events: readonly TraceEvent[], url: string): { tasks: number; ms: number } {
  const page = events
    .filter(({ name }) => name === "TracingStartedInBrowser" || name === "FrameCommittedInBrowser")
    .flatMap(({ args }) => args?.data?.frames ?? [])
    .find((frame) => frame.url?.startsWith(url));
  if (page?.processId === undefined) throw new Error("the trace does not say which process the page runs in");
  const main = events.find(
    ({ name, pid, args }) =>
      name === "thread_name" && pid === page.processId && args?.name === "CrRendererMain",
  );
  const tasks = events.filter(
    ({ name, pid, tid }) =>
      pid === main?.pid && tid === main?.tid && /^(RunTask|ThreadControllerImpl::RunTask)$/.test(name),
  );
  return { tasks: tasks.length, ms: Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000)) };
}
