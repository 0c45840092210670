// Small ONNX files for tests, written field by field: also such as no exporter would write.

import { WireWriter } from "./wire.ts";

export const page = ["N", 3, "H", "W"] as const;

/** A model of one graph whose content `fill` writes. */
export function model(fill: (graph: WireWriter) => void): Uint8Array {
  return new WireWriter()
    .integer(1, 8)
    .message(7, fill)
    .message(8, (set) => set.integer(2, 17))
    .finish();
}

export function value(
  writer: WireWriter,
  field: number,
  name: string,
  dims: readonly (number | string)[],
): void {
  writer.message(field, (info) =>
    info.text(1, name).message(2, (type) =>
      type.message(1, (tensor) =>
        tensor.integer(1, 1).message(2, (shape) => {
          for (const dim of dims)
            shape.message(1, (side) => (typeof dim === "number" ? side.integer(1, dim) : side.text(2, dim)));
        }),
      ),
    ),
  );
}

export function operator(writer: WireWriter, op: string, inputs: readonly string[], output: string): void {
  writer.message(1, (node) => {
    for (const input of inputs) node.text(1, input);
    node.text(2, output).text(4, op);
  });
}

/** Stored 32-bit floats. */
export function stored(
  writer: WireWriter,
  name: string,
  dims: readonly number[],
  values: readonly number[],
): void {
  writer.message(5, (tensor) =>
    tensor
      .integers(1, dims)
      .integer(2, 1)
      .text(8, name)
      .bytes(9, new Uint8Array(Float32Array.from(values).buffer)),
  );
}

/** A model that onnxruntime runs and nobody here can train: the mean of the channels through a sigmoid. */
export function reducedModel(): Uint8Array {
  return model((writer) => {
    value(writer, 11, "x", page);
    value(writer, 12, "y", ["N", 1, "H", "W"]);
    writer.message(1, (node) => {
      node.text(1, "x").text(2, "m").text(3, "mean of channels").text(4, "ReduceMean");
      node.message(5, (axes) => axes.text(1, "axes").integers(8, [1]).integer(20, 7));
    });
    operator(writer, "Sigmoid", ["m"], "y");
    writer.text(2, "mean");
  });
}
