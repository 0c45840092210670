import { describe, expect, it } from "vitest";
import { createBus, type LoopPlugin } from "./bus.ts";

const at = { step: 3, epoch: 0 };

describe("the loop's events", () => {
  it("reach every plug-in until it is detached", () => {
    const seen: string[] = [];
    const bus = createBus(() => undefined);
    const detach = bus.attach({ name: "a", on: { "step start": ({ step }) => seen.push(`a ${step}`) } });
    bus.attach({ name: "b", on: { "step start": ({ step }) => seen.push(`b ${step}`) } });
    bus.emit("step start", at);
    detach();
    bus.emit("step start", at);
    bus.emit("epoch start", at);
    expect(seen).toEqual(["a 3", "b 3", "b 3"]);
  });

  it("a plug-in that throws is reported once and detached; the others go on", () => {
    const reports: string[] = [];
    const seen: number[] = [];
    const bus = createBus((plugin, during, { message }) =>
      reports.push(`${plugin} / ${during} / ${message}`),
    );
    bus.attach({
      name: "bad",
      on: {
        "step start": () => {
          throw new Error("no");
        },
      },
    });
    bus.attach({ name: "good", on: { "step start": ({ step }) => seen.push(step) } });
    bus.emit("step start", at);
    bus.emit("step start", at);
    expect(reports).toEqual(["bad / step start / no"]);
    expect(seen).toEqual([3, 3]);
  });

  it("an unknown event, or facts that are not the event's, do not compile", () => {
    const bus = createBus(() => undefined);
    // @ts-expect-error there is no such event
    const unknown: LoopPlugin = { name: "x", on: { "batch start": () => undefined } };
    // @ts-expect-error a step has no evaluation
    const wrong: LoopPlugin = { name: "y", on: { "step start": ({ evaluation }) => evaluation } };
    // @ts-expect-error facts are missing
    bus.emit("step end", at);
    expect([unknown.name, wrong.name]).toEqual(["x", "y"]);
  });
});
