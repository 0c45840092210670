// The compiled WebGPU engine as a contestant.

import { engineFactories } from "../../src/engine/index.ts";
import type { ContestantFactory } from "./types.ts";

export const ours: ContestantFactory = {
  key: "ours",
  label: "ours",
  async build(settings) {
    const factory = engineFactories.find(({ id }) => id === "webgpu");
    if (factory === undefined) throw new Error("there is no compiled WebGPU engine");
    const engine = await factory.build({ ...settings, autotune: "auto" }, () => undefined);
    return {
      async step(batch, learningRate) {
        const start = performance.now();
        const ticket = engine.step(batch, learningRate);
        const scriptMs = performance.now() - start;
        const { total } = await ticket.loss;
        await ticket.accepted;
        return { loss: total, scriptMs };
      },
      figures: () => ({ gpuBytes: engine.memory().bytes }),
      dispose: () => engine.dispose(),
    };
  },
};
