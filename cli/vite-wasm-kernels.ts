// Lets sources import the WASM engine's kernels: `kernels.as?compiled` becomes the address of the compiled module, in the
// build, in the development server, in workers and in tests alike.

import type { Plugin } from "vite";
import { compiledKernels } from "./compile-kernels.ts";

export function wasmKernels(): Plugin {
  return {
    name: "wasm-kernels",
    enforce: "pre",
    async resolveId(id) {
      const wanted = /\/kernels\.as\?compiled(&relaxed)?$/.exec(id);
      return wanted === null ? undefined : `${await compiledKernels(wanted[1] !== undefined)}?url`;
    },
  };
}
