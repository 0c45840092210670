import { describe, expect, it } from "vitest";
import { chooseEngine } from "./choose.ts";
import type { EngineFactory, EngineId } from "./engine.ts";
import { engineFactories } from "./factories.ts";

const factory = (id: EngineId, reason?: string, isSoftware = false): EngineFactory => ({
  id,
  available: async () => (reason === undefined ? { ok: true, isSoftware } : { ok: false, reason }),
  build: () => Promise.reject(new Error("not built here")),
});

describe("chooseEngine", () => {
  it("takes the best that is available, whatever the order of the list", async () => {
    const list = [factory("tfjs-cpu"), factory("tfjs-webgl"), factory("tfjs-webgpu"), factory("webgpu")];
    expect((await chooseEngine("auto", list)).id).toBe("webgpu");
    const without = [factory("tfjs-cpu"), factory("tfjs-webgl"), factory("tfjs-webgpu", "no adapter.")];
    expect((await chooseEngine("auto", without)).id).toBe("tfjs-webgl");
    expect((await chooseEngine("tfjs-cpu", list)).id).toBe("tfjs-cpu");
  });

  it("prefers the processor by itself to a GPU that is none, and says why", async () => {
    const software = [
      factory("tfjs-cpu"),
      factory("webgpu", undefined, true),
      factory("wasm"),
      factory("tfjs-webgl"),
    ];
    const choice = await chooseEngine("auto", software);
    expect(choice.id).toBe("wasm");
    expect(choice.why).toBe(
      "It is the fastest engine that runs here: WebGPU has only a software adapter here.",
    );
    const none = [factory("webgpu", "this browser has no WebGPU."), factory("wasm"), factory("tfjs-webgl")];
    expect((await chooseEngine("auto", none)).id).toBe("wasm");
    const real = [factory("wasm"), factory("webgpu")];
    expect(await chooseEngine("auto", real)).toMatchObject({
      id: "webgpu",
      why: expect.stringMatching(/fastest/),
    });
    const withoutSimd = factory("wasm", "this machine has no WASM SIMD.");
    const noSimd = [withoutSimd, factory("webgpu", undefined, true), factory("tfjs-webgl")];
    expect(await chooseEngine("auto", noSimd)).toMatchObject({
      id: "tfjs-webgl",
      why: "It is the fastest engine that runs here: WebGPU has only a software adapter here; this machine has no WASM SIMD.",
    });
    expect((await chooseEngine("auto", [withoutSimd, factory("webgpu")])).id).toBe("webgpu");
    const asked = await chooseEngine("webgpu", software);
    expect(asked).toMatchObject({ id: "webgpu", why: "It is the engine that was asked for." });
  });

  it("names every reason when nothing runs", async () => {
    const list = [factory("tfjs-webgpu", "no adapter."), factory("tfjs-webgl", "no canvas.")];
    await expect(chooseEngine("auto", list)).rejects.toThrow(
      /No engine can run here. tfjs-webgpu: no adapter.; tfjs-webgl: no canvas./,
    );
    await expect(chooseEngine("tfjs-webgpu", list)).rejects.toThrow(/Engine "tfjs-webgpu".*no adapter/);
    await expect(chooseEngine("wasm", list)).rejects.toThrow(/there are tfjs-webgpu, tfjs-webgl/);
  });

  it("falls back to the processor where there is neither browser nor GPU", async () => {
    expect((await chooseEngine("auto", engineFactories)).id).toBe("tfjs-cpu");
    await expect(chooseEngine("tfjs-webgl", engineFactories)).rejects.toThrow(/no canvas/);
  });
});
