// The lab worker: assesses over a trainer and loaders of its own, so that nothing of the person's run is touched. Wiring only.

import { expose } from "comlink";
import { engineFactories } from "../src/engine/index.ts";
import { type LabCalls, PROTOCOL_VERSION } from "../src/protocol/index.ts";
import { createLab } from "../src/train/index.ts";
import { loadModel } from "./models.ts";
import { openLabPool } from "./open-pool.ts";
import { withPlainErrors } from "./plain-errors.ts";

let events: MessagePort | undefined;

const lab = createLab({
  factories: engineFactories,
  loadModel,
  openPool: openLabPool,
  send: (event) => events?.postMessage(event),
});

const calls: LabCalls = {
  protocolVersion: () => PROTOCOL_VERSION,
  setEventPort: (port) => {
    events = port;
  },
  ...lab,
};

expose(withPlainErrors(calls));
