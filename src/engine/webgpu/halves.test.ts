import { expect, it } from "vitest";
import { withHalves } from "./halves.ts";

it("reads 32-bit values from 16-bit arrays and puts 16-bit values into them", () => {
  const shader = `let a = select(0.0, input[at + 3], isIn) * weight[i];
output[to[1] + 2u] = a
  + input[row[i]];
output[to] += a * input[0];
if (input[1] == 0.0) { myinput[2] = 1.0; }`;
  expect(
    withHalves(shader, ["input", "output"]),
  ).toBe(`let a = select(0.0, f32(input[at + 3]), isIn) * weight[i];
output[to[1] + 2u] = f16(a
  + f32(input[row[i]]));
output[to] = f16(f32(output[to]) + (a * f32(input[0])));
if (f32(input[1]) == 0.0) { myinput[2] = 1.0; }`);
});

it("leaves a shader without such arrays as it is", () => {
  expect(withHalves("output[0] += input[1];", [])).toBe("output[0] += input[1];");
});
