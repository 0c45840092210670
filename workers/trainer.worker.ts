// The trainer worker: owns the GPU device, the loop, evaluation and the loaders. Wiring only.

import { expose } from "comlink";
import { engineFactories } from "../src/engine/index.ts";
import { clearRecords } from "./cache-records.ts";
import { loadModel } from "./models.ts";
import { PROTOCOL_VERSION, type TrainerCalls } from "../src/protocol/index.ts";
import { createTrainer } from "../src/train/index.ts";
import { openPool } from "./open-pool.ts";
import { withPlainErrors } from "./plain-errors.ts";

let events: MessagePort | undefined;

const trainer = createTrainer({
  loadModel,
  factories: engineFactories,
  openPool,
  clearRecords,
  send: (event, buffers) => events?.postMessage(event, [...buffers]),
});

const calls: TrainerCalls = {
  protocolVersion: () => PROTOCOL_VERSION,
  setEventPort: (port) => {
    events = port;
  },
  now: () => performance.now(),
  ...trainer,
};

expose(withPlainErrors(calls));
