// What is folded into a convolution and what must not be, because somebody else reads the convolution's own result.

import { describe, expect, it } from "vitest";
import { type ImportedDetector, readOnnx } from "../index.ts";
import { model, operator, page, stored, value } from "./small-files.ts";
import type { WireWriter } from "./wire.ts";

/** A 1×1 convolution of the page, "a", what `fill` makes of it, "d", and the sigmoid. */
function imported(fill: (graph: WireWriter) => void): ImportedDetector {
  const bytes = model((writer) => {
    value(writer, 11, "x", page);
    value(writer, 12, "y", ["N", 1, "H", "W"]);
    stored(writer, "w", [1, 3, 1, 1], [1, 2, 3]);
    stored(writer, "five", [1], [5]);
    operator(writer, "Conv", ["x", "w"], "a");
    fill(writer);
    operator(writer, "Sigmoid", ["d"], "y");
  });
  const { detector } = readOnnx(bytes, { name: "file.onnx" });
  if (!detector.ok) throw new Error(detector.error.sentence);
  return detector.value;
}

/** Kind, inputs and bias of every node after the page. */
function shape({ graph, weights }: ImportedDetector): unknown[] {
  return graph.nodes.slice(1).map((node) => {
    const bias = "bias" in node && node.bias !== undefined ? [...(weights.get(node.bias) ?? [])] : [];
    return [node.kind, "inputs" in node ? node.inputs : "input" in node ? [node.input] : [], bias];
  });
}

describe("a constant added to a convolution", () => {
  it("becomes its bias where nobody else reads it, also under another name", () => {
    const folded = [["conv", ["x"], [5]]];
    expect(shape(imported((writer) => operator(writer, "Add", ["a", "five"], "d")))).toEqual(folded);
    const renamed = imported((writer) => {
      operator(writer, "Identity", ["a"], "b");
      operator(writer, "Identity", ["b"], "c");
      operator(writer, "Add", ["c", "five"], "d");
    });
    expect(shape(renamed)).toEqual(folded);
  });

  it.each([
    ["itself", []],
    ["under the name that is added to", ["b"]],
    ["under a name given later", ["b", "e"]],
  ])("stays beside it where the convolution is read as well: %s", (_, names) => {
    const detector = imported((writer) => {
      operator(writer, "Identity", ["a"], "b");
      operator(writer, "Add", ["b", "five"], "c");
      if (names.includes("e")) operator(writer, "Identity", ["a"], "e");
      operator(writer, "Add", [names.at(-1) ?? "a", "c"], "d");
    });
    expect(shape(detector)).toEqual([
      ["conv", ["x"], []],
      ["conv", ["a"], [5]],
      ["add", ["a", "c"], []],
    ]);
  });
});
