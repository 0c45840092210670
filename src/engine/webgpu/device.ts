// The GPU device: asked for once per worker, with the limits it has, and the one place that hears of its failures.

import { PlaygroundError } from "../../core/index.ts";

export interface GpuDevice {
  readonly device: GPUDevice;
  /** Adapter as the browser names it. */
  readonly adapter: string;
  /** True where a processor stands in for a GPU. */
  readonly isSoftware: boolean;
  /**
   * Where a processor stands in for a GPU: how many threads it runs at once. It runs larger workgroups piece by piece, and to
   * wait for each other their threads need stacks of their own.
   */
  readonly waitingThreads?: number;
  /** Rejects with PlaygroundError "device-lost", "out-of-memory" or "shader"; pending until then. */
  readonly failed: Promise<never>;
}

/** Used where the adapter has them: times of kernels, kernels that share values within a subgroup, values stored in 16 bits. */
const WANTED_FEATURES = ["timestamp-query", "subgroups", "shader-f16"];
/** What a large batch may need more of than the minimum that every adapter has. */
const WANTED_LIMITS = ["maxStorageBufferBindingSize", "maxBufferSize"] as const;

let current: Promise<GpuDevice> | undefined;

/** The worker's device; a new one after the former was lost. Throws PlaygroundError "no-webgpu" or "adapter-refused". */
export function requestGpu(gpu: GPU | undefined = globalThis.navigator?.gpu): Promise<GpuDevice> {
  if (current !== undefined) return current;
  const asked = open(gpu);
  current = asked;
  const forget = (): void => {
    if (current === asked) current = undefined;
  };
  asked.then(({ failed }) => failed).catch(forget);
  return asked;
}

async function open(gpu: GPU | undefined): Promise<GpuDevice> {
  if (gpu === undefined) {
    throw new PlaygroundError({ code: "no-webgpu", message: "This browser has no WebGPU." });
  }
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    throw new PlaygroundError({
      code: "adapter-refused",
      message: "The browser offers no graphics adapter.",
    });
  }
  const { info, limits } = adapter;
  const device = await adapter.requestDevice({
    requiredFeatures: WANTED_FEATURES.filter((name) => adapter.features.has(name)) as GPUFeatureName[],
    requiredLimits: Object.fromEntries(WANTED_LIMITS.map((name) => [name, limits[name]])),
  });
  const name = [info.vendor, info.architecture || info.device || info.description].filter(Boolean).join(" ");
  const isSoftware =
    info.isFallbackAdapter ||
    /swiftshader|llvmpipe|lavapipe|softpipe/i.test(JSON.stringify([name, info.description]));
  const { subgroupMinSize = 0 } = info as { readonly subgroupMinSize?: number };
  return {
    device,
    adapter: name === "" ? "unnamed adapter" : name,
    isSoftware,
    ...(isSoftware ? { waitingThreads: Math.max(4, subgroupMinSize) } : {}),
    failed: failureOf(device),
  };
}

function failureOf(device: GPUDevice): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    device.addEventListener("uncapturederror", ({ error }) => {
      const isMemory = error.constructor.name === "GPUOutOfMemoryError";
      reject(
        new PlaygroundError({
          code: isMemory ? "out-of-memory" : "shader",
          message: isMemory ? "The graphics memory is full." : "The graphics device refused a command.",
          doing: "running on WebGPU",
          next: isMemory ? "Choose a smaller batch or input size." : "Choose another engine.",
          cause: error.message,
        }),
      );
    });
    device.lost.then(({ reason, message }) =>
      reject(
        new PlaygroundError({
          code: "device-lost",
          message: "The graphics device was lost.",
          doing: "running on WebGPU",
          next: "Go on from the last checkpoint.",
          cause: `${reason}: ${message}`,
        }),
      ),
    );
  });
  // Whoever waits for it hears of it; nobody waiting is no unhandled rejection. Nothing more may run on such a device.
  failed.catch(() => device.destroy());
  return failed;
}
