// Main-thread side of each worker: start, call, notice death, stop; and the types by which a program drives the page.

export type {
  Automation,
  AutomationSnapshot,
  DatasetSummary,
  EvaluationSummary,
  LabJob,
  LabState,
  LogEntry,
} from "./automation.ts";
export { type DataClient, type DataListener, type StartData, startData } from "./data-client.ts";
export { type InferClient, type InferListener, type StartInfer, startInfer } from "./infer-client.ts";
export { type LabClient, type LabListener, type StartLab, startLab } from "./lab-client.ts";
export { countPage, type PageCounts, summariseDataset, summariseEvaluation } from "./summaries.ts";
export {
  type EngineChoice,
  type StartTrainer,
  startTrainer,
  type TrainerClient,
  type TrainerListener,
} from "./trainer-client.ts";
export { environment, watchVisible } from "./page-facts.ts";
export { errorDataOf } from "./worker-host.ts";
