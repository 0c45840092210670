import { describe, expect, it } from "vitest";
import { chooseEngine } from "./choose.ts";
import type { EngineFactory, EngineId } from "./engine.ts";
import { engineFactories } from "./factories.ts";

const factory = (id: EngineId, reason?: string): EngineFactory => ({
  id,
  available: async () => (reason === undefined ? { ok: true } : { ok: false, reason }),
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
