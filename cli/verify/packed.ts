// Tensors of the reference files: { shape, dtype, data } with data = base64(zlib(little-endian row-major bytes)).

import { inflateSync } from "node:zlib";
import { z } from "zod";

export const packedTensor = z.object({
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.enum(["uint8", "float32"]),
  data: z.string(),
});

/** Row-major values. Throws when the bytes do not fill the shape. */
export function decodeTensor(packed: z.infer<typeof packedTensor>): Uint8Array | Float32Array {
  const bytes = Uint8Array.from(inflateSync(Buffer.from(packed.data, "base64")));
  const values = packed.dtype === "uint8" ? bytes : new Float32Array(bytes.buffer);
  const count = packed.shape.reduce((product, side) => product * side, 1);
  if (values.length !== count) throw new Error(`a tensor holds ${values.length} values instead of ${count}`);
  return values;
}
