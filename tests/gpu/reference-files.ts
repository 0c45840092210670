// Reads reference vectors and pictures that lie beside the repository in the browser tests.

import { unpackTensors } from "../../cli/verify/tensors.ts";

declare const __SHARED_DIR__: string;

/** The unpacked document, or undefined where there is none. */
export async function readReference(name: string): Promise<Record<string, unknown> | undefined> {
  const response = await fetch(`/@fs${__SHARED_DIR__}/reference/${name}.json.gz`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // The dev server declares .gz files as compressed, and the browser then unpacks them; other servers do not.
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = new TextDecoder().decode(isPacked ? await decompressed(bytes, "gzip") : bytes);
  if (!response.ok || !text.startsWith("{")) return undefined;
  return (await unpackTensors(JSON.parse(text), (zlib) => decompressed(zlib, "deflate"))) as Record<
    string,
    unknown
  >;
}

/** The bytes of a file under ../shared. */
export async function readPicture(path: string): Promise<Blob> {
  const response = await fetch(`/@fs${__SHARED_DIR__}/${path}`);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.blob();
}

async function decompressed(
  bytes: Uint8Array<ArrayBuffer>,
  format: CompressionFormat,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
