import { expose, type Endpoint } from "comlink";
import { describe, expect, it } from "vitest";
import type { ErrorData } from "../core/index.ts";
import { PROTOCOL_VERSION, type TrainerEvent } from "../protocol/index.ts";
import { startTrainer } from "./index.ts";
import type { WorkerLike } from "./worker-host.ts";

const failure: ErrorData = {
  code: "bad-config",
  message: "The batch is empty.",
  what: "train.batchSize",
  doing: "building",
  kept: "",
  next: "",
  cause: "",
};

/** A worker made of a MessageChannel; `crash` raises its error event. */
function fakeWorker(version: number): WorkerLike & { crash(): void } {
  const { port1, port2 } = new MessageChannel();
  let events: MessagePort | undefined;
  expose(
    {
      protocolVersion: () => version,
      now: () => performance.now(),
      setEventPort: (port: MessagePort) => {
        events = port;
      },
      engines: () => Promise.resolve([]),
      // comlink hands on whatever is thrown; data keeps every sentence.
      start: () => Promise.reject(failure),
      pause: () => new Promise<void>(() => undefined),
      resume: () => {
        const event = {
          kind: "log",
          level: "info",
          source: "trainer",
          text: "hello",
          runId: "r",
          sequence: 0,
        };
        events?.postMessage(event);
      },
    },
    port2 as unknown as Endpoint,
  );
  const target = new EventTarget();
  return {
    postMessage: (message: unknown, transfer: Transferable[] = []) => port1.postMessage(message, transfer),
    addEventListener: (type: string, listener: EventListenerOrEventListenerObject) => {
      if (type === "message") port1.addEventListener(type, listener);
      else target.addEventListener(type, listener);
    },
    removeEventListener: (type: string, listener: EventListenerOrEventListenerObject) =>
      port1.removeEventListener(type, listener),
    start: () => port1.start(),
    terminate: () => {
      port1.close();
      events?.close();
    },
    crash: () => target.dispatchEvent(new Event("error")),
  };
}

describe("trainer client", () => {
  it("delivers events and keeps the sentences of a failed call", async () => {
    const seen: TrainerEvent[] = [];
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const onEvent = (event: TrainerEvent): void => {
      seen.push(event);
      arrived();
    };
    const client = await startTrainer({ onEvent, onDied: () => undefined }, () =>
      fakeWorker(PROTOCOL_VERSION),
    );
    await expect(client.start({} as never)).rejects.toMatchObject({ data: failure });
    await client.resume();
    await arrival;
    expect(seen).toMatchObject([{ kind: "log", text: "hello" }]);
    client.close();
  });

  it("rejects what is pending when the worker dies, and says so once", async () => {
    const died: ErrorData[] = [];
    const worker = fakeWorker(PROTOCOL_VERSION);
    const client = await startTrainer(
      { onEvent: () => undefined, onDied: (error) => died.push(error) },
      () => worker,
    );
    const pending = client.pause();
    worker.crash();
    worker.crash();
    await expect(pending).rejects.toMatchObject({ data: { code: "worker-died" } });
    expect(died).toHaveLength(1);
    await expect(client.resume()).rejects.toMatchObject({ data: { code: "worker-died" } });
  });

  it("refuses a worker of another version", async () => {
    const start = startTrainer({ onEvent: () => undefined, onDied: () => undefined }, () => fakeWorker(-1));
    await expect(start).rejects.toMatchObject({ data: { code: "worker-died" } });
  });
});
