// One ONNX detector ready to run: pages in as the square bytes that the engines take, probability maps out. How pages are
// prepared belongs to the model and is done here, so a model of any origin answers like an engine's `predict`.

import { PlaygroundError } from "../core/index.ts";
import type { Preprocessing } from "../graph/index.ts";
import { executionProvider } from "./providers.ts";
import { loadRuntime, type Ort, type Provider } from "./runtime.ts";

interface SessionOptions {
  /** For messages. */
  readonly name: string;
  readonly preprocessing: Preprocessing;
  /** The same for every session of a program: onnxruntime starts its threads once. */
  readonly threads: number;
  /** "wasm" unless given. */
  readonly provider?: Provider;
  /** For "webgpu": a device that somebody else owns, to pass buffers without a copy; its own unless given. */
  readonly device?: GPUDevice;
}

export interface InferSession {
  /** Threads that it really uses. */
  readonly threads: number;
  readonly createMs: number;
  /**
   * N·S·S probabilities of N pages of S·S·4 bytes RGBX. Throws PlaygroundError "bad-file" when the model does not answer with
   * one map of the pages' size.
   */
  predict(images: Uint8Array, sizePx: number): Promise<Float32Array<ArrayBuffer>>;
  /**
   * On the shared device: `pages` are N·3·S·S prepared floats in one of its buffers, and so is the answer, N·S·S (a buffer may be
   * longer). Nothing is read back. The answer's buffer is the caller's to release.
   */
  predictOnDevice(
    pages: GPUBuffer,
    count: number,
    sizePx: number,
  ): Promise<{ readonly buffer: GPUBuffer; release(): void }>;
  dispose(): Promise<void>;
}

/** Throws PlaygroundError "bad-file" with onnxruntime's reason when it cannot run the file. */
export async function openSession(
  file: Uint8Array,
  { name, preprocessing, threads, provider = "wasm", device }: SessionOptions,
): Promise<InferSession> {
  const start = performance.now();
  const runtime = await loadRuntime(threads, provider);
  let session: Ort.InferenceSession;
  try {
    session = await runtime.InferenceSession.create(file, {
      executionProviders: [executionProvider(provider, device)],
      ...(device !== undefined && { preferredOutputLocation: "gpu-buffer" as const }),
    });
  } catch (thrown) {
    throw refused(name, "onnxruntime cannot run it", thrown);
  }
  const [input = ""] = session.inputNames;
  const [output = ""] = session.outputNames;
  if (session.inputNames.length !== 1 || session.outputNames.length === 0) {
    const counts = `${session.inputNames.length} inputs and ${session.outputNames.length} outputs`;
    await session.release();
    throw refused(name, `it has ${counts}; a detector has one input, the page, and a map`, "");
  }
  return {
    threads: runtime.env.wasm.numThreads ?? 1,
    createMs: performance.now() - start,
    predict: async (images, sizePx) => {
      const pages = images.length / (sizePx * sizePx * 4);
      if (!Number.isInteger(pages) || pages < 1) {
        throw new PlaygroundError({
          code: "internal",
          message: `${images.length} bytes are no whole number of pages of ${sizePx}×${sizePx} pixels.`,
          doing: "running a model",
        });
      }
      const values = preparedPages(images, pages, sizePx, preprocessing);
      const feed = new runtime.Tensor("float32", values, [pages, 3, sizePx, sizePx]);
      let map: Ort.Tensor | undefined;
      try {
        map = (await session.run({ [input]: feed }, [output]))[output];
      } catch (thrown) {
        throw refused(name, `onnxruntime could not run it on pages of ${sizePx}×${sizePx} px`, thrown);
      }
      const isMap = map?.type === "float32" && map.size === pages * sizePx * sizePx;
      if (map === undefined || !isMap) {
        const got = map === undefined ? "nothing" : `${map.type} [${map.dims.join(", ")}]`;
        throw refused(name, `it answers with ${got}, not one map of ${sizePx}×${sizePx} for each page`, "");
      }
      const probability = Float32Array.from((await map.getData()) as Float32Array);
      map.dispose();
      return probability;
    },
    predictOnDevice: async (buffer, count, sizePx) => {
      const feed = runtime.Tensor.fromGpuBuffer(buffer, {
        dataType: "float32",
        dims: [count, 3, sizePx, sizePx],
      });
      const map = (await session.run({ [input]: feed }, [output]))[output];
      if (map?.location !== "gpu-buffer")
        throw refused(name, "its answer does not stay on the graphics device", "");
      return { buffer: map.gpuBuffer as unknown as GPUBuffer, release: () => map.dispose() };
    },
    dispose: () => session.release(),
  };
}

/** RGBX bytes → NCHW floats, channels, mean and deviation as the model wants them. */
export function preparedPages(
  images: Uint8Array,
  pages: number,
  sizePx: number,
  { channels, mean, deviation }: Preprocessing,
): Float32Array<ArrayBuffer> {
  const area = sizePx * sizePx;
  const values = new Float32Array(pages * 3 * area);
  for (let page = 0; page < pages; page++) {
    for (let channel = 0; channel < 3; channel++) {
      const byte = channels === "rgb" ? channel : 2 - channel;
      const scale = 1 / (255 * (deviation[channel] ?? 1));
      const offset = -(mean[channel] ?? 0) / (deviation[channel] ?? 1);
      const to = (page * 3 + channel) * area;
      const from = page * area * 4 + byte;
      for (let i = 0; i < area; i++) values[to + i] = (images[from + 4 * i] ?? 0) * scale + offset;
    }
  }
  return values;
}

function refused(name: string, why: string, thrown: unknown): PlaygroundError {
  return new PlaygroundError({
    code: "bad-file",
    message: `${name} cannot be run: ${why}.`,
    what: name,
    doing: "running a model",
    kept: "The model in use stays.",
    next: "Choose another file, or one of the models that come along.",
    cause: thrown instanceof Error ? thrown.message : String(thrown),
  });
}
