import { expect, it } from "vitest";
import type { PlanOp } from "../plan/types.ts";
import { wholeView } from "../plan/views.ts";
import { shaderText } from "./kernel.ts";
import { conv } from "./kernels/conv/conv.ts";
import { candidatesFor, shapeKey, variantsFor } from "./variants.ts";

const view = (channels: number, offset = 0) => ({
  ...wholeView(0, 1, { channels, heightPx: 8, widthPx: 8 }),
  offset,
});
const convOf = (inputs: number, outputs: number, kernel = 3, groups = 1, offset = 0) =>
  ({
    kind: "conv",
    input: view(inputs, offset),
    output: view(outputs),
    weight: { store: "trainable", offset: 0, size: 1 },
    geometry: { kernel, stride: 1, padding: (kernel - 1) / 2, groups },
    epilogue: {},
  }) as const satisfies PlanOp;

it("tries tiles only where they are at least half full, and subgroups only where there are any", () => {
  expect(candidatesFor(convOf(64, 64), true)).toEqual([
    "columns",
    "channels",
    "workgroup32",
    "workgroup64",
    "subgroups",
  ]);
  expect(candidatesFor(convOf(64, 16), false)).toEqual(["columns", "channels", "workgroup32"]);
  expect(candidatesFor(convOf(64, 64, 3, 64), true)).toEqual(["columns"]);
  expect(variantsFor(convOf(8, 8, 5), false)).not.toContain("channels");
});

it("knows a shape by what the time depends on", () => {
  expect(shapeKey(convOf(8, 16))).toBe(shapeKey(convOf(8, 16, 3, 1, 640)));
  const others = [convOf(8, 17), convOf(9, 16), convOf(8, 16, 1), convOf(8, 16, 3, 2)];
  expect(new Set([convOf(8, 16), ...others].map(shapeKey)).size).toBe(5);
});

it("asks for subgroups in the first line of a shader that needs them, and nowhere else", () => {
  expect(shaderText(conv(convOf(8, 16), "subgroups")).split("\n")[0]).toBe("enable subgroups;");
  expect(shaderText(conv(convOf(8, 16), "workgroup32"))).not.toContain("enable");
});
