import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Ort } from "./runtime.ts";

const library = () => Promise.resolve({ env: { wasm: {} } } as typeof Ort);

describe("loading onnxruntime", () => {
  let loadRuntime: typeof import("./runtime.ts").loadRuntime;

  beforeEach(async () => {
    vi.resetModules();
    ({ loadRuntime } = await import("./runtime.ts"));
  });

  it("is tried again after it failed", async () => {
    await expect(loadRuntime(2, "wasm", () => Promise.reject(new Error("offline")))).rejects.toThrow(
      "offline",
    );
    expect((await loadRuntime(3, "wasm", library)).env.wasm.numThreads).toBe(3);
  });

  it("happens once, and a number of threads that it cannot have any more is refused", async () => {
    const load = vi.fn(library);
    expect(await loadRuntime(2, "wasm", load)).toBe(await loadRuntime(2, "wasm", load));
    expect(load).toHaveBeenCalledOnce();
    await expect(loadRuntime(4, "wasm", load)).rejects.toThrow(
      "started with 2 threads and cannot change to 4",
    );
  });
});
