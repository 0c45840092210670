// The one place that draws: jobs asked for between frames run at the next frame, latest wins for each key, and stop after a
// budget so that no task grows long. Jobs left over run at the following frames, in order. They run in a task of their own behind
// the frame, which is long enough with layout and painting; what they drew is seen one frame later.

import { silentTracer, type Tracer } from "../../trace/index.ts";

const BUDGET_MS = 4;
const FRAME_MS = 16;
let tracer: Tracer = silentTracer;

/** Who is told how long frames take. */
export function traceDraws(by: Tracer): void {
  tracer = by;
}

interface Job {
  readonly run: () => void;
  readonly dueMs: number;
}

const jobs = new Map<string, Job>();
const lastRunMs = new Map<string, number>();
let requested = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Draws in the next frame, or once `intervalMs` have passed since the key was last drawn. */
export function requestDraw(key: string, run: () => void, intervalMs = 0): void {
  const dueMs = (lastRunMs.get(key) ?? -Infinity) + intervalMs;
  jobs.set(key, { run, dueMs });
  schedule();
}

/** Forgets a job, when what it draws on is gone. */
export function cancelDraw(key: string): void {
  jobs.delete(key);
  lastRunMs.delete(key);
}

/** The next frame, or no frame at all before the first job is due. */
function schedule(): void {
  if (requested !== 0) return;
  const waitMs = Math.min(...[...jobs.values()].map(({ dueMs }) => dueMs)) - performance.now();
  if (waitMs > FRAME_MS) {
    clearTimeout(timer);
    timer = setTimeout(schedule, waitMs);
  } else requested = requestAnimationFrame(behindFrame);
}

let channel: MessageChannel | undefined;

function behindFrame(nowMs: number): void {
  if (channel === undefined) {
    channel = new MessageChannel();
    channel.port1.onmessage = ({ data }) => runDue(data);
  }
  channel.port2.postMessage(nowMs);
}

function runDue(nowMs: number): void {
  requested = 0;
  const due = [...jobs].filter(([, job]) => job.dueMs <= nowMs);
  if (due.length > 0) tracer.span("draw", () => drawAll(due, nowMs));
  if (jobs.size > 0) schedule();
}

function drawAll(due: readonly (readonly [string, Job])[], nowMs: number): void {
  const start = performance.now();
  for (const [key, job] of due) {
    jobs.delete(key);
    lastRunMs.set(key, nowMs);
    job.run();
    if (performance.now() - start > BUDGET_MS) break;
  }
}
