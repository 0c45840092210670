// What a person does with other models: opens one, runs it beside the model in training, trains it further, takes along what was
// learnt. The inference worker is started when it is first needed; one that died says so and is replaced by the next wish.

import { errorDataOf, type InferClient } from "../client/index.ts";
import { type Config, fineTuning, type FieldPath, type FieldValue } from "../config/index.ts";
import { type ErrorData, PlaygroundError } from "../core/index.ts";
import type { Dataset, ModelSource, Page, SetReading } from "../protocol/index.ts";
import type { Context } from "./context.ts";
import type { ExportedFile, GeneralScore, ModelsJob, ModelsSlice } from "./models-slice.ts";
import type { RunControl } from "./run-control.ts";
import { stepOf } from "./run-state.ts";

export interface TuneWishes {
  readonly train: Config["model"]["train"];
  readonly batchNorm: Config["model"]["batchNorm"];
  readonly thresholdHead: Config["model"]["thresholdHead"];
  readonly learningRate: number;
}

export interface ModelsControl {
  /** Opens a model that comes along, or the file that was chosen last. */
  open(pick: ModelsSlice["pick"]): Promise<void>;
  openFile(name: string, file: Blob): Promise<void>;
  set(change: Partial<Pick<ModelsSlice, "wish" | "sizePx">>): void;
  /** The open model on the page that is looked at, or on every validation page. */
  run(what: "page" | "all"): Promise<void>;
  /** Ends a run at the end of the page. */
  stop(): void;
  /** Settings for a run that begins from the open model; scores it on the general set first. */
  tune(wishes: TuneWishes): Promise<void>;
  /** What was learnt so far, on the general set. */
  scoreNow(): Promise<void>;
  /** Writes what was learnt; an ONNX file is run beside the engine before it is offered. */
  export(format: "onnx" | "torch"): Promise<void>;
  /** The bytes of a file that was written. */
  fileOf(fileName: string): Blob | null;
  close(): void;
}

/** Greatest difference of a probability that a written file may show. */
export const MOST_DIFFERENCE = 1e-4;
/** Pages that a written file is tried on. */
const CHECKED_PAGES = 3;
/** Drawn pages of every kind that no run is trained on: their seed is nobody's default. */
const GENERAL: Partial<Config["data"]> = {
  set: "synth-tiny",
  kind: "mixed",
  pageSizePx: 320,
  wordsPerPage: 6,
  difficulty: 0.3,
  seed: 20_261,
};
const GENERAL_PX = 320;

export function createModelsControl(
  context: Context,
  control: RunControl,
  setValues: (values: Readonly<Partial<Record<FieldPath, FieldValue>>>) => void,
): ModelsControl {
  const { store, fast, machine } = context;
  let client: InferClient | null = null;
  let connecting: Promise<InferClient> | null = null;
  let ownFile: { readonly name: string; readonly file: Blob } | null = null;
  let general: Dataset | null = null;
  const files = new Map<string, Blob>();
  let isRefreshing = false;
  let isRefreshWanted = false;

  const models = (): ModelsSlice => store.getState().models;
  const set = (change: Partial<ModelsSlice>): void =>
    store.setState((state) => ({ models: { ...state.models, ...change } }));
  const changed = (change: Partial<ModelsSlice>): void => set({ ...change, revision: models().revision + 1 });

  const forget = (): void => {
    fast.models.pages.clear();
    fast.models.maps.clear();
  };

  const onDied = (error: ErrorData): void => {
    client = null;
    connecting = null;
    forget();
    context.log("error", "inference", error.message);
    changed({ opened: null, reading: null, progress: null, error });
  };

  const connect = (): Promise<InferClient> => {
    connecting ??= machine
      .startInfer({ onProgress: (progress) => models().job !== null && set({ progress }), onDied })
      .then((started) => {
        client = started;
        return started;
      })
      .catch((thrown: unknown) => {
        connecting = null;
        throw thrown;
      });
    return connecting;
  };

  /** One job at a time; failures are shown, not thrown. */
  const during = async (job: ModelsJob, doing: string, work: () => Promise<void>): Promise<void> => {
    if (models().job !== null) return;
    set({ job, progress: { doing, done: 0, total: 0 }, error: null });
    try {
      await work();
    } catch (thrown) {
      const error = errorDataOf(thrown, doing);
      if (error.code !== "cancelled") {
        context.log("error", "models", error.message);
        set({ error });
      }
    } finally {
      set({ job: null, progress: null });
    }
  };

  const settings = (): Config["postprocess"] => store.getState().settings.resolved.config.postprocess;
  const trainingPx = (): number => {
    const { run, settings: asked } = store.getState();
    return (run.started ?? asked.resolved).config.model.inputSizePx;
  };

  const take = ({ pages, ...reading }: SetReading, change: Partial<ModelsSlice> = {}): void => {
    for (const page of pages) fast.models.pages.set(page.pageId, page);
    changed({ ...change, reading });
  };

  const shownPage = (): Page | undefined => fast.dataset?.validation[store.getState().view.pageIndex];

  /** The map of the page that is looked at is fetched once. */
  const bringMap = async (): Promise<void> => {
    const page = shownPage();
    if (client === null || page === undefined) return;
    if (fast.models.maps.has(page.id) || !fast.models.pages.has(page.id)) return;
    const map = await client.mapOf(page.id);
    if (map === null) return;
    // A few pages back and forth stay; thousands would not.
    if (fast.models.maps.size >= 24) fast.models.maps.clear();
    fast.models.maps.set(map.pageId, map);
    changed({});
  };

  /** The page that is looked at first, then the rest: only thresholds moved, so no model runs. */
  const readAgain = async (): Promise<void> => {
    while (isRefreshWanted) {
      isRefreshWanted = false;
      const page = shownPage();
      const startMs = performance.now();
      const one = page === undefined ? null : await client?.readPage(page.id, settings());
      if (one !== null && one !== undefined) {
        fast.models.pages.set(one.page.pageId, one.page);
        changed({ refreshMs: performance.now() - startMs });
      }
      if (isRefreshWanted) continue;
      const all = await client?.readAll(settings());
      if (all !== null && all !== undefined && !isRefreshWanted) take(all);
    }
  };

  const refresh = async (): Promise<void> => {
    isRefreshWanted = true;
    if (isRefreshing) return;
    isRefreshing = true;
    try {
      await readAgain();
    } catch (thrown) {
      set({ error: errorDataOf(thrown, "reading the pages again") });
    } finally {
      isRefreshing = false;
    }
  };

  store.subscribe((state, before) => {
    const now = state.settings.resolved.config.postprocess;
    const hasMoved = now !== before.settings.resolved.config.postprocess;
    if (hasMoved && state.models.reading !== null && state.models.job === null) void refresh();
    if (state.view.pageIndex !== before.view.pageIndex)
      void bringMap().catch((thrown: unknown) => set({ error: errorDataOf(thrown, "fetching a map") }));
    if (state.data.revision !== before.data.revision && before.data.revision > 0) {
      forget();
      changed({ reading: null, refreshMs: null });
    }
    // A run that began from a model and has come to its end is scored on the general set, beside what it was before.
    const hasEnded = state.run.state.kind === "finished" && before.run.state.kind !== "finished";
    const { general: shown } = state.models;
    const isTuned = (state.run.started?.config.model.init ?? "scratch") !== "scratch";
    if (hasEnded && isTuned && shown !== null) void scoreNow();
  });

  const source = (): ModelSource | null => {
    const { pick } = models();
    if (pick !== "file") return { kind: "comes along", name: pick };
    return ownFile === null ? null : { kind: "file", ...ownFile };
  };

  const open = (pick: ModelsSlice["pick"]): Promise<void> =>
    during("open", "opening the model", async () => {
      set({ pick });
      const from = source();
      if (from === null) return;
      forget();
      changed({ opened: null, reading: null, refreshMs: null });
      const infer = await connect();
      const opened = await infer.open({ source: from, wish: models().wish });
      const { facts, session } = opened;
      context.log(
        session.ok ? "info" : "warning",
        "models",
        session.ok
          ? `${facts.label} is open on ${session.provider}. ${session.why}`
          : `${facts.label}: ${session.error.message}`,
      );
      set({ opened });
    });

  const generalPages = async (): Promise<Dataset> => {
    if (general !== null) return general;
    const data = await machine.startData({
      onProgress: ({ done, total }) => set({ progress: { doing: "drawing the general set", done, total } }),
      onDied: ({ message }) => context.log("error", "data", message),
    });
    try {
      const drawn = { ...store.getState().settings.resolved.config.data, ...GENERAL };
      general = await data.drawSet({ data: drawn });
      return general;
    } finally {
      data.close();
    }
  };

  const scoreOn = async (
    from: ModelSource,
    label: string,
    postprocess: Config["postprocess"],
  ): Promise<GeneralScore> => {
    const { train, validation } = await generalPages();
    const pages = [...train, ...validation];
    const infer = await connect();
    const scored = await infer.score({ source: from, pages, sizePx: GENERAL_PX, settings: postprocess });
    return { label, cleval: scored.cleval.mean, icdarIou: scored.icdarIou.pooled };
  };

  const withTrainer = async () => {
    const trainer = control.current();
    const { run } = store.getState();
    if (trainer === null || run.started === null || run.state.kind === "idle") {
      throw new PlaygroundError({
        code: "internal",
        message: "There is no run yet, so nothing was learnt.",
        doing: "exporting the model",
        next: "Press Train first.",
      });
    }
    return trainer;
  };

  const scoreNow = (): Promise<void> =>
    during("general", "scoring what was learnt on the general set", async () => {
      const trainer = await withTrainer();
      const { bytes, step } = await trainer.exportWithMaps(0);
      const from: ModelSource = { kind: "file", name: `step ${step}`, file: new Blob([bytes]) };
      const asBegun = store.getState().run.started?.config.postprocess ?? settings();
      const known = models().general ?? { ...countGeneral(await generalPages()), postprocess: asBegun };
      const now = await scoreOn(from, `after ${step} steps`, known.postprocess);
      set({ general: { ...known, now } });
    });

  const offer = (bytes: Uint8Array<ArrayBuffer>, file: Omit<ExportedFile, "sizeBytes">): void => {
    if (file.isGood) files.set(file.fileName, new Blob([bytes], { type: "application/octet-stream" }));
    const others = models().exported.filter(({ fileName }) => fileName !== file.fileName);
    set({ exported: [...others, { ...file, sizeBytes: bytes.length }] });
  };

  return {
    open,
    openFile: async (name, file) => {
      ownFile = { name, file };
      set({ fileName: name });
      await open("file");
    },
    set,
    run: (what) =>
      during("run", "running the model", async () => {
        const all = fast.dataset?.validation ?? [];
        const one = shownPage();
        const pages = what === "all" ? all : one === undefined ? [] : [one];
        const { opened, sizePx } = models();
        if (opened === null || !opened.session.ok || pages.length === 0) return;
        const infer = await connect();
        forget();
        const reading = await infer.run({ pages, sizePx: sizePx ?? trainingPx(), settings: settings() });
        take(reading, { refreshMs: null });
        for (const failure of reading.failures) context.log("warning", "models", failure);
        await bringMap();
      }),
    stop: () => void client?.cancel().catch(() => undefined),
    tune: async ({ train, batchNorm, thresholdHead, learningRate }) => {
      const from = source();
      const { opened, pick } = models();
      if (from === null || opened === null || opened.facts.notTrainable !== null) return;
      if (from.kind === "file") {
        fast.modelFile = { name: from.name, bytes: new Uint8Array(await from.file.arrayBuffer()) };
      }
      setValues({
        ...fineTuning(train),
        "model.init": pick,
        "model.batchNorm": batchNorm,
        "model.thresholdHead": thresholdHead,
        "optimizer.learningRate": learningRate,
      });
      await during("general", "scoring the model on the general set", async () => {
        const postprocess = settings();
        const before = await scoreOn(from, opened.facts.label, postprocess);
        set({ general: { ...countGeneral(await generalPages()), postprocess, before, now: null } });
      });
    },
    scoreNow,
    export: (format) =>
      during("export", "writing the file", async () => {
        const trainer = await withTrainer();
        if (format === "torch") {
          const step = stepOf(store.getState().run.state);
          const isGood = true;
          const weights = await trainer.exportModel("checkpoint");
          offer(weights, { fileName: "model.safetensors", step, comparison: null, isGood });
          const code = await trainer.exportModel("torch");
          offer(code, { fileName: "dbnet.py", step, comparison: null, isGood });
          return;
        }
        const { bytes, preprocessing, step, sizePx, maps } = await trainer.exportWithMaps(CHECKED_PAGES);
        const pages = maps.flatMap(({ pageId, probability }) => {
          const page = fast.dataset?.validation.find(({ id }) => id === pageId);
          return page === undefined ? [] : [{ page, probability }];
        });
        const infer = await connect();
        const comparison = await infer.compare({
          name: "model.onnx",
          file: bytes,
          preprocessing,
          sizePx,
          pages,
        });
        const isGood = comparison.pages > 0 && comparison.maxDifference <= MOST_DIFFERENCE;
        offer(bytes, { fileName: "model.onnx", step, comparison, isGood });
      }),
    fileOf: (fileName) => files.get(fileName) ?? null,
    close: () => client?.close(),
  };
}

function countGeneral({
  train,
  validation,
}: Dataset): Omit<NonNullable<ModelsSlice["general"]>, "postprocess"> {
  const pages = [...train, ...validation];
  const words = pages.reduce((sum, page) => sum + page.words.filter(({ ignore }) => !ignore).length, 0);
  return { pages: pages.length, words, before: null, now: null };
}
