// One loader as the pool sees it: sends requests, matches answers, and settles every open promise when the loader dies,
// answers wrongly or is closed. Nothing it promised can hang.

import { type ErrorData, PlaygroundError, toErrorData } from "../../core/index.ts";
import type { LoaderHandle } from "../loader.ts";
import type { Sample, SampleBytes, SampleRequest } from "../types.ts";

/** What became of requests; each is asked once and ends in exactly one of the others, or is still open. */
export interface LaneCounts {
  asked: number;
  prepared: number;
  failed: number;
  /** Answers that were already there, or that nobody asked for. */
  doubled: number;
  /** Open when the loader died: never answered. */
  lost: number;
}

export class Lane {
  readonly #handle: LoaderHandle;
  readonly name: string;
  readonly #counts: LaneCounts;
  readonly #open = new Set<(error: PlaygroundError, isLost: boolean) => void>();
  #death: PlaygroundError | undefined;

  /** `name` for people: "loader 2". `counts` are the pool's, shared by all its lanes. */
  constructor(handle: LoaderHandle, name: string, counts: LaneCounts) {
    this.#handle = handle;
    this.name = name;
    this.#counts = counts;
    handle.onDeath((error) => this.#die(deathOf(name, error), true));
  }

  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /** Requests sent and not answered. */
  get inFlight(): number {
    return this.#open.size;
  }

  /** `spent` is given away. Rejects with a PlaygroundError that names stage and page. */
  prepare(request: SampleRequest, spent?: SampleBytes): Promise<Sample> {
    this.#counts.asked++;
    return this.#settle(
      () => this.#handle.calls.prepare(request, spent),
      (sample) => {
        if (!isSameRequest(sample.request, request)) {
          this.#counts.doubled++;
          throw mixedUp(this.name, request, sample.request);
        }
        this.#counts.prepared++;
        return sample;
      },
      (thrown) => failureOf(thrown, request, this.name),
      (isLost) => {
        if (isLost) this.#counts.lost++;
        else this.#counts.failed++;
      },
    );
  }

  /** Any other call of the loader; not counted as a sample. */
  call<T>(doing: string, work: (calls: LoaderHandle["calls"]) => Promise<T>): Promise<T> {
    return this.#settle(
      () => work(this.#handle.calls),
      (value) => value,
      (thrown) => new PlaygroundError(toErrorData(plainError(thrown), `${doing} (${this.name})`)),
      () => undefined,
    );
  }

  /** Ends the loader; open requests reject with `reason`. */
  close(reason: PlaygroundError): void {
    if (this.#death === undefined) this.#handle.terminate();
    this.#die(reason, false);
  }

  #settle<A, B>(
    start: () => Promise<A>,
    accept: (value: A) => B,
    explain: (thrown: unknown) => PlaygroundError,
    count: (isLost: boolean) => void,
  ): Promise<B> {
    return new Promise<B>((resolve, reject) => {
      const giveUp = (error: PlaygroundError, isLost: boolean): void => {
        if (!this.#open.delete(giveUp)) return;
        count(isLost);
        reject(error);
      };
      this.#open.add(giveUp);
      if (this.#death !== undefined) {
        giveUp(this.#death, true);
        return;
      }
      const succeed = (value: A): void => {
        // An answer after death or close: whoever asked has been told already.
        if (!this.#open.has(giveUp)) return;
        try {
          const accepted = accept(value);
          this.#open.delete(giveUp);
          resolve(accepted);
        } catch (thrown) {
          giveUp(explain(thrown), false);
        }
      };
      const fail = (thrown: unknown): void => giveUp(explain(thrown), false);
      try {
        start().then(succeed, fail);
      } catch (thrown) {
        fail(thrown);
      }
    });
  }

  #die(error: PlaygroundError, isLost: boolean): void {
    this.#death ??= error;
    for (const giveUp of [...this.#open]) giveUp(error, isLost);
  }
}

function isSameRequest(a: SampleRequest, b: SampleRequest): boolean {
  return a.sequence === b.sequence && a.pageId === b.pageId && a.split === b.split && a.epoch === b.epoch;
}

function failureOf(thrown: unknown, request: SampleRequest, name: string): PlaygroundError {
  const data = toErrorData(plainError(thrown), `preparing page "${request.pageId}" (${name})`);
  return new PlaygroundError({ ...data, what: data.what === "" ? request.pageId : data.what });
}

function mixedUp(name: string, asked: SampleRequest, got: SampleRequest): PlaygroundError {
  return new PlaygroundError({
    code: "internal",
    message: `The ${name} answered sample ${got.sequence} ("${got.pageId}") when ${asked.sequence} ("${asked.pageId}") was asked.`,
    what: asked.pageId,
  });
}

function deathOf(name: string, error: ErrorData): PlaygroundError {
  return new PlaygroundError({
    ...error,
    code: "worker-died",
    message: `The ${name} ended unexpectedly: ${error.message}`,
    doing: error.doing === "" ? "preparing pages" : error.doing,
    next: error.next === "" ? "Start the run again; fewer loaders need less memory." : error.next,
  });
}

/** Workers throw ErrorData as plain data; it becomes the PlaygroundError that it was. */
function plainError(thrown: unknown): unknown {
  if (typeof thrown !== "object" || thrown === null || thrown instanceof Error) return thrown;
  const { code, message } = thrown as Partial<ErrorData>;
  if (typeof code !== "string" || typeof message !== "string") return thrown;
  return new PlaygroundError({ ...(thrown as Partial<ErrorData>), code, message });
}
