// Calls to the inference worker: onnxruntime-web runs there and nowhere else. Progress comes on a separate port.

import type { Inferrer } from "../infer/index.ts";

/** As the inferrer's, each answered across threads. */
export interface InferCalls extends Inferrer {
  protocolVersion(): number;
  /** The port on which InferProgress messages are posted. */
  setProgressPort(port: MessagePort): void;
}
