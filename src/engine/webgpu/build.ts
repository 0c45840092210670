// Builds the compiled engine: plans, GPU memory, shaders. Running it is engine.ts.

import { PlaygroundError } from "../../core/index.ts";
import type { BuildProgress, EngineSettings } from "../engine.ts";
import { freeze } from "../freeze.ts";
import { planPrediction, planTraining } from "../plan/plan.ts";
import type { Plan } from "../plan/types.ts";
import { predictionCalls, type TrainingCalls, trainingCalls } from "./calls.ts";
import type { GpuDevice } from "./device.ts";
import { predictionName, REPORT_WORDS, WebGpuEngine } from "./engine.ts";
import { HISTOGRAM_WORDS, LOSS_PART_WORDS } from "./kernels/loss/loss.ts";
import { STEP_WORDS } from "./kernels/optimizer/optimizer.ts";
import { Compiler, type Program } from "./program.ts";
import { averageName, Resources, tensorName } from "./resources.ts";
import { STORES, stateBuffers } from "./state.ts";
import { tune, wantsTuning } from "./tune.ts";

/** Compiles everything that a run needs. Throws PlaygroundError when the network does not fit the device. */
export async function buildWebGpuEngine(
  given: EngineSettings,
  progress: BuildProgress,
  gpu: GpuDevice,
): Promise<WebGpuEngine> {
  requireStorage(given.storage, gpu);
  const { graph, runningNorms } = freeze(given.graph, given);
  const plan = planTraining(graph, given, runningNorms);
  const [prediction, withThreshold] = [false, true].map((threshold) =>
    planPrediction(graph, given, { threshold }),
  );
  if (prediction === undefined || withThreshold === undefined) throw new Error("no plan for predictions");
  const compiler = new Compiler(gpu.device);
  const { waitingThreads } = gpu;
  const tuning = wantsTuning(given.autotune ?? "off", gpu)
    ? await tune(plan, { ...given, waitingThreads }, gpu, compiler, progress)
    : undefined;
  const settings = { ...given, graph, waitingThreads, variantOf: tuning?.variantOf };
  const calls = trainingCalls(plan, settings);
  const resources = new Resources(gpu.device);
  try {
    createBuffers([plan, prediction, withThreshold], calls, settings, resources);
    const predict = predictionCalls(prediction, settings);
    const total = compiler.newShaders([...calls.forward, ...calls.backward, ...calls.move, ...calls.gather]);
    let done = 0;
    const onShader = (): void => progress(++done, total);
    progress(0, total);
    const make = (name: string, list: TrainingCalls["forward"]): Promise<Program> =>
      compiler.program(name, list, resources, onShader);
    const compiling = Promise.all([
      make("forward", calls.forward),
      make("backward", calls.backward),
      make("move", calls.move),
      make("gather", calls.gather),
    ]);
    const [forward, backward, move, gather] = await Promise.race([compiling, gpu.failed]);
    const programs = { forward, backward, move, gather, frozenDispatches: calls.frozenCalls };
    // Its shaders compile while the first steps run; the first prediction waits for them.
    const predictAll = compiler.program(predictionName(settings.batchSize, false), predict, resources);
    predictAll.catch(() => undefined);
    const engine = new WebGpuEngine({
      settings,
      plan,
      gpu,
      resources,
      compiler,
      programs,
      predictAll,
      ...(tuning === undefined ? {} : { tuned: tuning.shapes }),
    });
    engine.load({ weights: settings.initialWeights, optimizer: new Map(), moves: 0 });
    return engine;
  } catch (error) {
    resources.dispose();
    if (error instanceof PlaygroundError) throw error;
    throw new PlaygroundError({
      code: "shader",
      message: "The graphics device could not compile the training step.",
      doing: "preparing the training step",
      next: "Choose another engine.",
      cause: error instanceof Error ? error.message : String(error),
    });
  }
}

function requireStorage(storage: EngineSettings["storage"], { device, adapter }: GpuDevice): void {
  if (storage !== "f16" || device.features.has("shader-f16")) return;
  throw new PlaygroundError({
    code: "unsupported",
    message: `This graphics adapter (${adapter}) does not compute with 16-bit numbers: it has no "shader-f16".`,
    what: "engine.storage",
    doing: "preparing the training step",
    next: "Store activations in 32 bits.",
  });
}

function createBuffers(
  plans: readonly [Plan, ...Plan[]],
  calls: TrainingCalls,
  settings: EngineSettings,
  resources: Resources,
): void {
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const pixels = settings.batchSize * settings.sizePx ** 2;
  // A prediction runs between steps, so it uses the same memory; one of fewer pages needs no more.
  for (let index = 0; index < Math.max(...plans.map(({ buffers }) => buffers.length)); index++) {
    const words = Math.max(...plans.map(({ buffers }) => buffers[index] ?? 0));
    resources.create(tensorName(index), words, STORAGE | COPY_SRC | COPY_DST);
  }
  const { sizes } = plans[0].parameters;
  for (const name of stateBuffers(settings)) {
    const store = STORES.find((one) => name === one || name === averageName(one)) ?? "trainable";
    resources.create(name, sizes[store], STORAGE | COPY_DST | COPY_SRC);
  }
  resources.create("gradients", sizes.trainable, STORAGE | COPY_SRC);
  resources.create("partials", calls.partials.sizeWords, STORAGE);
  resources.create("partialTable", calls.partials.tableWords.length, STORAGE | COPY_DST);
  resources.create("normPartials", calls.normParts, STORAGE);
  resources.create("histograms", HISTOGRAM_WORDS, STORAGE | COPY_DST);
  resources.create("lossPartials", calls.lossParts * LOSS_PART_WORDS, STORAGE);
  resources.create("report", REPORT_WORDS, STORAGE | COPY_SRC);
  resources.create("step", STEP_WORDS, STORAGE | COPY_DST);
  resources.create("images", pixels, STORAGE | COPY_DST);
  resources.create("flags", pixels / 4, STORAGE | COPY_DST);
  resources.create("thresholds", pixels / 4, STORAGE | COPY_DST);
  resources.create("probabilities", 2 * pixels, STORAGE | COPY_SRC);
  resources.create("predicted", 2 * pixels, GPUBufferUsage.MAP_READ | COPY_DST);
}
