// The trainer worker: owns the GPU device, the loop, evaluation and the loaders. Wiring only.

import { expose } from "comlink";
import { LoaderPool } from "../src/batch/index.ts";
import { usedPages } from "../src/config/index.ts";
import { engineFactories } from "../src/engine/index.ts";
import { PROTOCOL_VERSION, type TrainerCalls } from "../src/protocol/index.ts";
import { createTrainer, type RunTools } from "../src/train/index.ts";
import { startInPlace, startLoaderWorker } from "./start-loader.ts";
import { withPlainErrors } from "./plain-errors.ts";

let events: MessagePort | undefined;

const openPool: RunTools["openPool"] = ({ resolved: { config }, dataset }, emitter) =>
  LoaderPool.open({
    config,
    loader: config.loader,
    trainPages: dataset.train.slice(0, usedPages(config, dataset.train.length)),
    validationPages: dataset.validation,
    startLoader: startLoaderWorker,
    startInPlace,
    onProblem: ({ data }) => emitter.log("warning", "loader", data.message),
  });

const trainer = createTrainer({
  factories: engineFactories,
  openPool,
  send: (event, buffers) => events?.postMessage(event, [...buffers]),
});

const calls: TrainerCalls = {
  protocolVersion: () => PROTOCOL_VERSION,
  setEventPort: (port) => {
    events = port;
  },
  ...trainer,
};

expose(withPlainErrors(calls));
