// Compiles the WASM engine's kernels (AssemblyScript) and keeps the module beside the other caches, by a hash of its sources
// and options, so that nothing compiled is committed and nothing is compiled twice.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

const SOURCES = join(root, "src/engine/wasm");
const CACHE = join(root, "node_modules/.cache/wasm-kernels");
const COMPILER = join(root, "node_modules/assemblyscript/package.json");

const OPTIONS = [
  "--optimizeLevel=3",
  "--shrinkLevel=0",
  "--noAssert",
  "--runtime=stub",
  "--importMemory",
  "--sharedMemory",
  "--initialMemory=1",
  "--maximumMemory=65536",
  "--enable=threads",
  "--enable=simd",
  "--use=abort=",
  "--disableWarning",
];

/**
 * Path of the compiled module. `relaxed` lets the processor fuse multiply and add.
 * Throws with the compiler's own message when the sources do not compile.
 */
export async function compiledKernels(relaxed = false): Promise<string> {
  const options = relaxed ? [...OPTIONS, "--enable=relaxed-simd"] : OPTIONS;
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".as"))
    .sort();
  const hash = createHash("sha256").update(JSON.stringify(options)).update(readFileSync(COMPILER));
  for (const name of files) hash.update(name).update(readFileSync(join(SOURCES, name)));
  const path = join(CACHE, `kernels-${hash.digest("hex").slice(0, 16)}.wasm`);
  if (existsSync(path)) return path;
  console.log("Compiling the kernels for the processor (once) …");
  const binary = await compile(options);
  mkdirSync(CACHE, { recursive: true });
  // Two processes may compile at the same time; neither may see half a file.
  const half = `${path}.${process.pid}`;
  writeFileSync(half, binary);
  renameSync(half, path);
  return path;
}

async function compile(options: readonly string[]): Promise<Uint8Array> {
  // Large, and not needed once the module is in the cache.
  const { main } = await import("assemblyscript/asc");
  let binary: Uint8Array | undefined;
  const { error, stderr } = await main(["assembly/kernels.ts", "--outFile=kernels.wasm", ...options], {
    // The compiler asks for .ts; the sources bear .as, because no other tool reads this dialect.
    readFile: (name) => {
      const path = join(SOURCES, name.replace(/\.ts$/, ".as"));
      return existsSync(path) && name.endsWith(".ts") ? readFileSync(path, "utf8") : null;
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== "string") binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) {
    throw new Error(`The kernels do not compile:\n${stderr.toString()}`, { cause: error });
  }
  return binary;
}
