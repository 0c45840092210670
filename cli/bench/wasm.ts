// The WASM engine as a contestant, on as many threads as it would take by itself; and jax-js on its own WASM device.

import { engineFactories } from "../../src/engine/index.ts";
import { jaxOn } from "./jax.ts";
import type { ContestantFactory } from "./types.ts";

export const wasm: ContestantFactory = {
  key: "wasm",
  label: "ours on WASM",
  async build(settings) {
    const factory = engineFactories.find(({ id }) => id === "wasm");
    if (factory === undefined) throw new Error("there is no WASM engine");
    const answer = await factory.available();
    if (!answer.ok) throw new Error(answer.reason);
    const engine = await factory.build(settings, () => undefined);
    return {
      async step(batch, learningRate) {
        const { total } = await engine.step(batch, learningRate).loss;
        return { loss: total };
      },
      figures: () => ({
        threads: Number(/(\d+) thread/.exec(engine.info.adapter)?.[1]),
        memoryBytes: engine.memory().bytes,
      }),
      dispose: () => engine.dispose(),
    };
  },
};

export const jaxOnWasm = jaxOn("wasm", "jaxWasm", "jax-js on WASM");
