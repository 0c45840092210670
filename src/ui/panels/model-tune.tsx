// Training further from the opened model: which parts move, how batch norm and the threshold head behave, how fast. The button
// changes the settings; Train begins. A score on pages that no run sees shows what is forgotten.

import { useState } from "react";
import { type Config, fineTuning } from "../../config/index.ts";
import type { OpenedModel } from "../../protocol/index.ts";
import type { GeneralScore } from "../../store/index.ts";
import { plural, rate, score } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";

type Model = Config["model"];

const TRAIN: readonly (readonly [Model["train"], string])[] = [
  ["head", "Only the head moves"],
  ["neckAndHead", "Neck and head move"],
  ["all", "Everything moves"],
];
const NORM: readonly (readonly [Model["batchNorm"], string])[] = [
  ["running", "Statistics that came along"],
  ["batch", "Statistics of the batch"],
];
const HEAD: readonly (readonly [Model["thresholdHead"], string])[] = [
  ["clone", "Copy of the probability head"],
  ["none", "None, probability only"],
];

/** From the measured 1e-3 down to PaddleOCR's advice for a batch of 4. */
const RATES = [0.002, 0.001, 0.0003, 0.0001, 0.00005];

export function ModelTune({ opened }: { readonly opened: OpenedModel }) {
  const { models } = usePlayground();
  const job = useApp((state) => state.models.job);
  const [train, setTrain] = useState<Model["train"]>("neckAndHead");
  const [batchNorm, setBatchNorm] = useState<Model["batchNorm"]>("running");
  const [thresholdHead, setThresholdHead] = useState<Model["thresholdHead"]>("clone");
  const advised = Number(fineTuning(train)["optimizer.learningRate"]);
  const [wanted, setWanted] = useState<number | null>(null);
  const learningRate = wanted ?? advised;
  if (opened.facts.notTrainable !== null) return null;
  return (
    <section aria-label="Train further">
      <h3>Train further from it</h3>
      <div className="model-tune small">
        <Choice label="Parts" value={train} choices={TRAIN} onChange={setTrain} />
        <Choice label="Batch norm" value={batchNorm} choices={NORM} onChange={setBatchNorm} />
        <Choice label="Threshold head" value={thresholdHead} choices={HEAD} onChange={setThresholdHead} />
        <label>
          Learning rate
          <select value={learningRate} onChange={({ target }) => setWanted(Number(target.value))}>
            {RATES.map((value) => (
              <option key={value} value={value}>
                {`${rate(value)}${value === advised ? ", measured for these parts" : value === 0.00005 ? ", PaddleOCR for a batch of 4" : value === 0.0001 ? ", PaddleOCR for a batch of 8" : ""}`}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="model-actions">
        <button
          type="button"
          className="button"
          disabled={job !== null}
          onClick={() => void models.tune({ train, batchNorm, thresholdHead, learningRate })}
        >
          Start the next run from it
        </button>
        <span className="small muted">Changes the settings; then press Train.</span>
      </div>
      <General />
    </section>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, choices, onChange }: ChoiceProps<T>) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ target }) => onChange(choices[target.selectedIndex]?.[0] ?? value)}>
        {choices.map(([id, words]) => (
          <option key={id} value={id}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function General() {
  const { models } = usePlayground();
  const general = useApp((state) => state.models.general);
  const job = useApp((state) => state.models.job);
  const hasLearnt = useApp(({ run }) => run.state.kind === "paused" || run.state.kind === "finished");
  if (general === null) return null;
  const { before, now } = general;
  return (
    <>
      <p className="small">
        {`General set: ${plural(general.pages, "drawn page")} of every kind with ${plural(general.words, "word")}, never trained on, read with threshold ${general.postprocess.threshold} and box threshold ${general.postprocess.boxThreshold} both times. What falls here was forgotten.`}
      </p>
      <table className="scores small figures">
        <thead>
          <tr>
            <th scope="col">General set</th>
            <th scope="col">CLEval hmean, mean</th>
            <th scope="col">IoU hmean, pooled</th>
          </tr>
        </thead>
        <tbody>
          <GeneralRow title="before" given={before} />
          <GeneralRow title="now" given={now} />
        </tbody>
      </table>
      <button
        type="button"
        className="button"
        disabled={job !== null || !hasLearnt}
        title={hasLearnt ? "" : "Pause the run first, or let it end"}
        onClick={() => void models.scoreNow()}
      >
        Score what was learnt now
      </button>
    </>
  );
}

function GeneralRow({ title, given }: { readonly title: string; readonly given: GeneralScore | null }) {
  return (
    <tr>
      <th scope="row">{given === null ? title : `${title} (${given.label})`}</th>
      <td>{score(given?.cleval.hmean)}</td>
      <td>{score(given?.icdarIou.hmean)}</td>
    </tr>
  );
}
