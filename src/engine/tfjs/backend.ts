// Starts and ends tfjs backends: one place for devices, their names and their failures.
// A backend is shared by the engines of a thread and freed with the last of them.

import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import * as tf from "@tensorflow/tfjs-core";
import { PlaygroundError } from "../../core/index.ts";
import { correctNearestGradientOnCpu } from "./nearest-gradient.ts";

export type BackendName = "webgpu" | "webgl" | "cpu";

export interface Backend {
  readonly name: BackendName;
  /** As the browser names it. */
  readonly adapter: string;
  readonly isSoftware: boolean;
  /** Rejects when the device is lost or reports an error; pending until then. */
  readonly failed: Promise<never>;
  /** Directs tfjs here; call before every use, since another engine may have been in between. */
  use(): void;
  /** For each start one end; the last one frees the device. */
  release(): void;
}

interface Running extends Omit<Backend, "release" | "use"> {
  users: number;
  hasFailed: boolean;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

const running = new Map<BackendName, Promise<Running>>();

/** Throws PlaygroundError ("no-webgpu", "adapter-refused", "unsupported") when the machine refuses. */
export async function startBackend(name: BackendName): Promise<Backend> {
  const known = await running.get(name);
  if (known?.hasFailed === true) stop(name);
  // Silences tfjs's advertisement for its Node package; checks of shapes stay.
  tf.enableProdMode();
  let starting = running.get(name);
  if (starting === undefined) {
    starting = name === "webgpu" ? startWebGpu() : name === "webgl" ? startWebGl() : startCpu();
    running.set(name, starting);
  }
  let backend: Running;
  try {
    backend = await starting;
  } catch (thrown) {
    running.delete(name);
    throw thrown;
  }
  backend.users++;
  let isReleased = false;
  return {
    name,
    adapter: backend.adapter,
    isSoftware: backend.isSoftware,
    failed: backend.failed,
    use: () => {
      // Synchronous for a backend that has been initialised.
      if (tf.getBackend() !== name) void tf.setBackend(name);
    },
    release: () => {
      if (isReleased) return;
      isReleased = true;
      backend.users--;
      if (backend.users === 0 && !backend.hasFailed) stop(name);
    },
  };
}

function stop(name: BackendName): void {
  running.delete(name);
  if (tf.findBackend(name) !== null) tf.removeBackend(name);
}

async function startWebGpu(): Promise<Running> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === undefined || adapter === null) {
    throw new PlaygroundError({
      code: "no-webgpu",
      message: "This browser offers no WebGPU adapter.",
      doing: "starting tfjs on WebGPU",
      next: "Use a current Chrome, or choose another engine.",
    });
  }
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  // Small tensors would otherwise be computed on the CPU backend, behind the engine's back.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  const device = await requestDevice(adapter);
  const failure = createFailure();
  device.addEventListener("uncapturederror", (event) => {
    failure.fail("shader", "The graphics card refused a computation.", event.error.message);
  });
  void device.lost.then(({ reason, message }) => {
    failure.fail("device-lost", "The graphics card was reset by the browser.", `${reason}: ${message}`);
  });
  const backend = new WebGPUBackend(device, adapter.info);
  await install("webgpu", backend);
  const { vendor, architecture, description } = adapter.info;
  return failure.attach({
    name: "webgpu",
    adapter: [vendor, architecture, description].filter((part) => part !== "").join(" ") || "unnamed adapter",
    isSoftware: adapter.info.isFallbackAdapter || SOFTWARE.test(`${vendor} ${architecture} ${description}`),
  });
}

async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const { limits, features } = adapter;
  try {
    return await adapter.requestDevice({
      requiredFeatures: features.has("timestamp-query") ? ["timestamp-query"] : [],
      requiredLimits: {
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
        maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxBufferSize: limits.maxBufferSize,
        maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
        maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      },
    });
  } catch (thrown) {
    throw new PlaygroundError({
      code: "adapter-refused",
      message: "The graphics card refused to open a device.",
      doing: "starting tfjs on WebGPU",
      next: "Reload the page, or choose another engine.",
      cause: String(thrown),
    });
  }
}

async function startWebGl(): Promise<Running> {
  const { MathBackendWebGL } = await import("@tensorflow/tfjs-backend-webgl");
  tf.env().set("WEBGL_CPU_FORWARD", false);
  const failure = createFailure();
  const canvas = new OffscreenCanvas(1, 1);
  canvas.addEventListener("webglcontextlost", () => {
    failure.fail("device-lost", "The graphics card was reset by the browser.", "webglcontextlost");
  });
  let backend: InstanceType<typeof MathBackendWebGL>;
  try {
    backend = new MathBackendWebGL(canvas);
    await install("webgl", backend);
  } catch (thrown) {
    throw new PlaygroundError({
      code: "unsupported",
      message: "This browser offers no WebGL.",
      doing: "starting tfjs on WebGL",
      next: "Choose another engine.",
      cause: String(thrown),
    });
  }
  const { gl } = backend.gpgpu;
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const adapter = String(
    names === null ? gl.getParameter(gl.RENDERER) : gl.getParameter(names.UNMASKED_RENDERER_WEBGL),
  );
  return failure.attach({ name: "webgl", adapter, isSoftware: SOFTWARE.test(adapter) });
}

async function startCpu(): Promise<Running> {
  const { MathBackendCPU } = await import("@tensorflow/tfjs-backend-cpu");
  correctNearestGradientOnCpu();
  await install("cpu", new MathBackendCPU());
  return createFailure().attach({ name: "cpu", adapter: "JavaScript, one thread", isSoftware: true });
}

async function install(name: BackendName, backend: tf.KernelBackend): Promise<void> {
  // The libraries register themselves on import, with a device of their own choosing; ours takes that place.
  if (tf.findBackendFactory(name) !== null) tf.removeBackend(name);
  tf.registerBackend(name, () => backend);
  await tf.setBackend(name);
}

function createFailure(): {
  fail(code: "device-lost" | "shader", message: string, cause: string): void;
  attach(facts: Pick<Backend, "name" | "adapter" | "isSoftware">): Running;
} {
  let reject: (error: PlaygroundError) => void = () => undefined;
  const failed = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  // Somebody may build an engine and never look; that alone is no unhandled rejection.
  failed.catch(() => undefined);
  let backend: Running | undefined;
  return {
    fail: (code, message, cause) => {
      // Ending a device on purpose reports its loss too; then nobody uses it.
      if (backend?.users === 0) return;
      if (backend !== undefined) backend.hasFailed = true;
      const next = "Build the engine again from the last checkpoint.";
      reject(new PlaygroundError({ code, message, cause, next, doing: "training" }));
    },
    attach: (facts) => {
      backend = { ...facts, failed, users: 0, hasFailed: false };
      return backend;
    },
  };
}
