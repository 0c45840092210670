// What onnxruntime runs a model on: WebGPU where a real graphics adapter makes it the faster one, else WASM. And the one place
// that hands it a graphics device that somebody else owns: how that is said is about to change in onnxruntime.

import type { Ort, Provider } from "./runtime.ts";

export type ProviderWish = "auto" | Provider;

interface ChosenProvider {
  readonly provider: Provider;
  /** One sentence for people. */
  readonly why: string;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe/i;

/** `gpu`: the browser's. A wish for WebGPU where there is none is answered with WASM and the reason. */
export async function chooseProvider(
  wish: ProviderWish,
  gpu: Pick<GPU, "requestAdapter"> | undefined = globalThis.navigator?.gpu,
): Promise<ChosenProvider> {
  if (wish === "wasm") return { provider: "wasm", why: "You chose WASM." };
  if (gpu === undefined) return { provider: "wasm", why: "This browser has no WebGPU, so it runs on WASM." };
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    return { provider: "wasm", why: "The browser offers no graphics adapter, so it runs on WASM." };
  }
  const { info } = adapter;
  const name = [info.vendor, info.architecture || info.device || info.description].filter(Boolean).join(" ");
  const isSoftware = info.isFallbackAdapter || SOFTWARE.test(`${name} ${info.description}`);
  if (wish === "webgpu") {
    const warning = isSoftware ? " It is a processor standing in for one, far slower than WASM." : "";
    return { provider: "webgpu", why: `You chose WebGPU (${name || "unnamed adapter"}).${warning}` };
  }
  return isSoftware
    ? {
        provider: "wasm",
        why: `The graphics adapter (${name}) is a processor standing in for one: WASM is faster.`,
      }
    : { provider: "webgpu", why: `A graphics adapter is there (${name || "unnamed"}).` };
}

/**
 * With `device`, onnxruntime computes on that very device, so that buffers of one library are read by the other in place; without,
 * it makes one of its own. `ort.env.webgpu.device` is ignored by 1.30 and must not be used.
 */
export function executionProvider(
  provider: Provider,
  device?: GPUDevice,
): Ort.InferenceSession.ExecutionProviderConfig {
  if (provider === "wasm" || device === undefined) return provider;
  return { name: "webgpu", device } as Ort.InferenceSession.ExecutionProviderConfig;
}
