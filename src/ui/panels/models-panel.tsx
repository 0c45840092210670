// The Models tab: a pretrained detector or an own ONNX file is opened, described and run beside the model in training; it can be
// trained further, and what was learnt can be taken along. onnxruntime runs in a worker of its own.

import { useRef } from "react";
import { PRETRAINED_MODELS, type PretrainedName } from "../../graph/index.ts";
import type { ProviderWish } from "../../protocol/index.ts";
import { plural } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { Progress } from "../widgets/progress.tsx";
import { Licences } from "./licences.tsx";
import { ModelCompare } from "./model-compare.tsx";
import { ModelExport } from "./model-export.tsx";
import { ModelFacts } from "./model-facts.tsx";
import { ModelTable } from "./model-table.tsx";
import { ModelTune } from "./model-tune.tsx";

export function ModelsPanel() {
  const error = useApp(({ models }) => models.error);
  const opened = useApp(({ models }) => models.opened);
  return (
    <div className="drawer-body models">
      <Choice />
      {error !== null && (
        <p className="lab-error" role="alert">
          {error.message} {error.next}
        </p>
      )}
      <Doing />
      {opened === null ? <Empty /> : null}
      <div className="models-columns">
        <div className="models-side">
          {opened !== null && <ModelFacts opened={opened} />}
          {opened !== null && <ModelTune opened={opened} />}
          <ModelExport />
          <Licences />
        </div>
        {opened !== null && (
          <div className="models-main">
            <ModelCompare />
            <ModelTable />
          </div>
        )}
      </div>
    </div>
  );
}

function Empty() {
  return (
    <p className="muted">
      Open a detector that comes along, or an ONNX file of your own: it is described, run on these pages and
      shown beside the model in training. Nothing leaves this tab.
    </p>
  );
}

function Doing() {
  const progress = useApp(({ models }) => models.progress);
  return progress === null ? null : <Progress {...progress} />;
}

const WISHES: readonly { readonly wish: ProviderWish; readonly label: string }[] = [
  { wish: "auto", label: "The faster of this machine" },
  { wish: "wasm", label: "Processor (WASM)" },
  { wish: "webgpu", label: "Graphics (WebGPU)" },
];

const SIZES = [64, 96, 128, 160, 224, 320, 480, 640, 960];

function Choice() {
  const { models } = usePlayground();
  const pick = useApp((state) => state.models.pick);
  const fileName = useApp((state) => state.models.fileName);
  const wish = useApp((state) => state.models.wish);
  const sizePx = useApp((state) => state.models.sizePx);
  const job = useApp((state) => state.models.job);
  const canRun = useApp((state) => state.models.opened?.session.ok === true && state.data.dataset !== null);
  const pages = useApp(({ data }) => data.dataset?.validationPages ?? 0);
  const trainingPx = useApp(
    ({ run, settings }) => (run.started ?? settings.resolved).config.model.inputSizePx,
  );
  const input = useRef<HTMLInputElement>(null);
  const isBusy = job !== null;
  return (
    <div className="toolbar models-choice">
      <label>
        Model{" "}
        <select
          aria-label="Model"
          value={pick}
          disabled={isBusy}
          onChange={(event) => {
            const name = event.target.value as PretrainedName | "file";
            void models.open(name);
          }}
        >
          {PRETRAINED_MODELS.map(({ name, label, sizeBytes }) => (
            <option key={name} value={name}>{`${label}, ${(sizeBytes / 1e6).toFixed(1)} MB`}</option>
          ))}
          {fileName !== "" && <option value="file">{fileName}</option>}
        </select>
      </label>
      <button type="button" className="button" disabled={isBusy} onClick={() => void models.open(pick)}>
        Open
      </button>
      <button type="button" className="button" disabled={isBusy} onClick={() => input.current?.click()}>
        Own ONNX file
      </button>
      <input
        ref={input}
        type="file"
        accept=".onnx"
        hidden
        aria-label="ONNX file"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = "";
          if (file !== undefined) void models.openFile(file.name, file);
        }}
      />
      <label>
        Runs on{" "}
        <select
          aria-label="Runs on"
          value={wish}
          disabled={isBusy}
          onChange={(event) => {
            models.set({ wish: event.target.value as ProviderWish });
            void models.open(pick);
          }}
        >
          {WISHES.map((each) => (
            <option key={each.wish} value={each.wish}>
              {each.label}
            </option>
          ))}
        </select>
      </label>
      <label>
        Input{" "}
        <select
          aria-label="Input size"
          value={sizePx ?? "training"}
          disabled={isBusy}
          onChange={({ target }) =>
            models.set({ sizePx: target.value === "training" ? null : Number(target.value) })
          }
        >
          <option value="training">{`as in training, ${trainingPx} px`}</option>
          {SIZES.map((size) => (
            <option key={size} value={size}>{`${size} px`}</option>
          ))}
        </select>
      </label>
      <div className="spring" />
      {job === "run" ? (
        <button type="button" className="button" onClick={() => models.stop()}>
          Stop
        </button>
      ) : (
        <>
          <button
            type="button"
            className="button"
            disabled={isBusy || !canRun}
            onClick={() => void models.run("page")}
          >
            Run on this page
          </button>
          <button
            type="button"
            className="button primary"
            disabled={isBusy || !canRun}
            onClick={() => void models.run("all")}
          >
            {`Run on all ${plural(pages, "unseen page")}`}
          </button>
        </>
      )}
    </div>
  );
}
