// A file on disk in the shape that the dataset room reads (what it needs of a Blob). Reads lazily; holds nothing open.

import { statSync } from "node:fs";
import { open, readFile } from "node:fs/promises";

export interface DiskFile {
  readonly path: string;
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Throws when there is no such file. */
export function diskFile(path: string): DiskFile {
  return {
    path,
    size: statSync(path).size,
    type: "",
    arrayBuffer: async () => ownBuffer(await readFile(path)),
    slice: (start, end) => ({ arrayBuffer: () => readPart(path, start, end) }),
  };
}

async function readPart(path: string, start: number, end: number): Promise<ArrayBuffer> {
  const handle = await open(path);
  try {
    const bytes = new Uint8Array(Math.max(0, end - start));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return ownBuffer(bytes.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** Node may hand out a view into a shared pool. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
