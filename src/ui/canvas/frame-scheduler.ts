// The one place that draws: jobs asked for between frames run in the next frame, latest wins for each key, and a frame
// stops after its budget so that no task grows long. Jobs left over run in the following frames, in order.

import { silentTracer, type Tracer } from "../../trace/index.ts";

const BUDGET_MS = 8;
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

function schedule(): void {
  if (requested === 0) requested = requestAnimationFrame(runFrame);
}

function runFrame(nowMs: number): void {
  requested = 0;
  tracer.span("draw", () => drawDue(nowMs));
  if (jobs.size > 0) schedule();
}

function drawDue(nowMs: number): void {
  const start = performance.now();
  for (const [key, job] of jobs) {
    if (job.dueMs > nowMs) continue;
    jobs.delete(key);
    lastRunMs.set(key, nowMs);
    job.run();
    if (performance.now() - start > BUDGET_MS) break;
  }
}
