// One worker seen from the main thread: calls by comlink, death noticed, failures always PlaygroundErrors.
// Knows nothing of what the worker does. A worker answers a failed call by throwing ErrorData (plain data, so that no
// sentence is lost on the way); anything else that is thrown becomes code "internal".

import { type Endpoint, type Remote, wrap } from "comlink";
import { type ErrorCode, type ErrorData, PlaygroundError, toErrorData } from "../core/index.ts";
import { PROTOCOL_VERSION } from "../protocol/index.ts";

/** What a host needs of a Worker; a MessagePort with `terminate` serves in tests. */
export interface WorkerLike extends Endpoint {
  terminate(): void;
}

interface Versioned {
  protocolVersion(): number;
}

export interface WorkerHost<T> {
  /** Runs one call. Rejects with PlaygroundError: the worker's own, or "worker-died". `doing`: for the error card. */
  call<R>(doing: string, work: (remote: Remote<T>) => PromiseLike<R>): Promise<R>;
  /** Terminates the worker; pending calls reject with "cancelled". */
  close(): void;
}

/** How long a new worker may take to answer its first call; loading it over a slow link is included. */
const FIRST_ANSWER_MS = 60_000;

/**
 * Wraps a worker, and compares protocol versions before anything else is asked.
 * `name` is for people ("trainer"). Rejects with "worker-died" when it cannot be loaded or speaks another version.
 */
export async function startWorker<T extends Versioned>(
  name: string,
  spawn: () => WorkerLike,
  onDied: (error: ErrorData) => void,
): Promise<WorkerHost<T>> {
  const worker = spawn();
  const remote = wrap<T>(worker);
  let fail: (error: PlaygroundError) => void = () => undefined;
  const gone = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  gone.catch(() => undefined);
  let isClosed = false;

  const end = (code: ErrorCode, message: string, cause: string): void => {
    if (isClosed) return;
    isClosed = true;
    worker.terminate();
    const next = "Ask for the same again: that starts the worker anew. If it stops again, reload the page.";
    const error = new PlaygroundError({ code, message, what: `${name} worker`, next, cause });
    fail(error);
    if (code !== "cancelled") onDied(error.data);
  };
  worker.addEventListener("error", (event) => {
    const detail =
      "message" in event && typeof event.message === "string" ? event.message : "no details given";
    end("worker-died", `The ${name} worker stopped unexpectedly.`, detail);
  });
  worker.addEventListener("messageerror", () => {
    end("worker-died", `The ${name} worker sent something that cannot be read.`, "messageerror");
  });

  const host: WorkerHost<T> = {
    call: async (doing, work) => {
      try {
        return await Promise.race([Promise.resolve(work(remote)), gone]);
      } catch (thrown) {
        throw new PlaygroundError(errorDataOf(thrown, doing));
      }
    },
    close: () => end("cancelled", `The ${name} worker was closed.`, ""),
  };

  const late = setTimeout(
    () =>
      end("worker-died", `The ${name} worker did not answer.`, `no answer in ${FIRST_ANSWER_MS / 1000} s`),
    FIRST_ANSWER_MS,
  );
  try {
    // Remote<T> of a type parameter cannot be looked into, so the one call every worker has is typed by hand.
    const version = await host.call(`starting the ${name} worker`, (r) =>
      (r as unknown as Remote<Versioned>).protocolVersion(),
    );
    if (version !== PROTOCOL_VERSION) {
      end(
        "worker-died",
        `The ${name} worker is of another version.`,
        `the page speaks protocol ${PROTOCOL_VERSION}, the worker ${version}`,
      );
      await gone;
    }
  } finally {
    clearTimeout(late);
  }
  return host;
}

/** ErrorData as thrown by a worker, else whatever was thrown made into one. */
export function errorDataOf(thrown: unknown, doing: string): ErrorData {
  if (isErrorData(thrown)) return thrown.doing === "" ? { ...thrown, doing } : thrown;
  return toErrorData(thrown, doing);
}

function isErrorData(value: unknown): value is ErrorData {
  if (typeof value !== "object" || value === null || value instanceof Error) return false;
  const fields = ["code", "message", "what", "doing", "kept", "next", "cause"];
  const record: Record<string, unknown> = { ...value };
  return fields.every((field) => typeof record[field] === "string");
}
