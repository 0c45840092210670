// Files that lie: cut off, with lengths beyond the end, in circles, deeply nested, with gigantic shapes, and thousands of random
// changes. Every one is either read or refused with a sentence, at once. FUZZ_FILES=10000 runs the whole sample.

import { describe, expect, it } from "vitest";
import { PlaygroundError, randomFrom } from "../../core/index.ts";
import { buildPlainDetector, initialWeights } from "../../graph/index.ts";
import { readOnnx, writeOnnx } from "../index.ts";
import { model, operator, page, value } from "./small-files.ts";
import { WireWriter } from "./wire.ts";

const graph = buildPlainDetector({ name: "tiny", width: 2, inner: 4 });
const whole = writeOnnx(graph, initialWeights(graph, 1), {
  preprocessing: { channels: "rgb", mean: [0, 0, 0], deviation: [1, 1, 1] },
  decode: {},
  provenance: {},
});

/** A refusal's sentence, or "read" / "not trainable: …". Anything else thrown fails the test. */
function outcome(bytes: Uint8Array): string {
  try {
    const { detector } = readOnnx(bytes, { name: "file.onnx" });
    return detector.ok ? "read" : `not trainable: ${detector.error.sentence}`;
  } catch (thrown) {
    if (!(thrown instanceof PlaygroundError) || thrown.data.code !== "bad-file") throw thrown;
    return thrown.data.message;
  }
}

/** Processor time of this process: a loaded machine must not decide. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

describe("hostile files", () => {
  it("reads the file that they are made from", () => expect(outcome(whole)).toBe("read"));

  it("refuses an empty file, a picture and a file cut off anywhere", () => {
    expect(outcome(new Uint8Array())).toMatch(/it is empty/);
    expect(outcome(new TextEncoder().encode("<html>not a model</html>"))).toMatch(/no ONNX model/);
    for (let at = 1; at < whole.length - 1; at += 97) expect(outcome(whole.subarray(0, at))).not.toBe("read");
  });

  it("refuses a length beyond the end without allocating it", () => {
    const before = process.memoryUsage().arrayBuffers;
    const huge = Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3);
    expect(outcome(huge)).toMatch(/reaches beyond the 3 bytes that are left/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
  });

  it("refuses gigantic shapes without allocating them", () => {
    const bytes = model((writer) => {
      value(writer, 11, "x", page);
      value(writer, 12, "y", ["N", 1, "H", "W"]);
      writer.message(5, (tensor) =>
        tensor
          .integers(1, [2 ** 40, 3, 3, 3])
          .integer(2, 1)
          .text(8, "w")
          .bytes(9, new Uint8Array(8)),
      );
      operator(writer, "Conv", ["x", "w"], "c");
      operator(writer, "Sigmoid", ["c"], "y");
    });
    expect(outcome(bytes)).toMatch(/Conv.*claims the shape \[1099511627776, 3, 3, 3\] and holds 2 numbers/);
  });

  it("refuses operators in a circle", () => {
    const bytes = model((writer) => {
      value(writer, 11, "x", page);
      value(writer, 12, "y", ["N", 1, "H", "W"]);
      operator(writer, "Relu", ["b"], "a");
      operator(writer, "Relu", ["a"], "b");
      operator(writer, "Sigmoid", ["b"], "y");
    });
    expect(outcome(bytes)).toMatch(/Operator Relu.*in a circle/);
  });

  it("names an operator that cannot be trained, and why", () => {
    const bytes = model((writer) => {
      value(writer, 11, "x", page);
      value(writer, 12, "y", ["N", 1, "H", "W"]);
      operator(writer, "LSTM", ["x"], "a");
      operator(writer, "Sigmoid", ["a"], "y");
    });
    expect(outcome(bytes)).toMatch(/Operator LSTM \("a"\) cannot be trained: no engine here knows/);
  });

  it("does not enter graphs inside graphs, however deep", () => {
    let inner = new Uint8Array();
    for (let depth = 0; depth < 3000; depth++) {
      const around = inner;
      inner = new WireWriter()
        .message(1, (node) => node.text(4, "If").message(5, (a) => a.text(1, "body").bytes(6, around)))
        .finish();
    }
    const start = cpuMs();
    const bytes = new WireWriter().integer(1, 8).bytes(7, inner).finish();
    expect(outcome(bytes)).toMatch(/has no output/);
    expect(cpuMs() - start).toBeLessThan(1000);
  });

  it("refuses millions of empty fields and operators within a second", () => {
    const start = cpuMs();
    expect(outcome(new Uint8Array(40_000_000).fill(0x08))).toMatch(/ONNX model/);
    const operators = new Uint8Array(8_000_000);
    for (let i = 0; i < operators.length; i += 2) operators[i] = 0x0a;
    expect(outcome(new WireWriter().bytes(7, operators).finish())).toMatch(/more than 20000 operators/);
    expect(cpuMs() - start).toBeLessThan(1000);
  });

  it("answers every randomly changed file with a network or a sentence", async ({ annotate }) => {
    const asked = Number(process.env.FUZZ_FILES ?? 0);
    const random = randomFrom(8, "fuzz");
    const end = performance.now() + 3000;
    let slowestMs = 0;
    let files = 0;
    for (; files < asked || (asked === 0 && performance.now() < end); files++) {
      const bytes = mutated(random);
      const start = cpuMs();
      expect(typeof outcome(bytes)).toBe("string");
      slowestMs = Math.max(slowestMs, cpuMs() - start);
    }
    await annotate(`${files} changed files, slowest ${slowestMs.toFixed(0)} ms`);
    expect(files).toBeGreaterThan(20);
    expect(slowestMs).toBeLessThan(1000);
  }, 600_000);
});

/** One to eight changes: bytes, runs of them, cuts, doublings, lengths. */
function mutated(random: ReturnType<typeof randomFrom>): Uint8Array {
  let bytes = Uint8Array.from(whole);
  const place = (): number => Math.floor(random.range(0, bytes.length));
  for (let change = 0; change <= random.range(0, 8); change++) {
    const at = place();
    const kind = Math.floor(random.range(0, 5));
    const length = Math.floor(random.range(1, 64));
    if (kind === 0) bytes[at] = Math.floor(random.range(0, 256));
    else if (kind === 1) bytes.fill(0xff, at, at + Math.min(length, 10));
    else if (kind === 2) bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
    else if (kind === 3) bytes.copyWithin(place(), at, at + length);
    else bytes = bytes.slice(0, Math.max(1, bytes.length - length));
  }
  return bytes;
}
