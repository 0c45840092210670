// One page as both models see it: A, the model in training, on the left of a line that is moved, B, the opened one, on its right;
// or the difference of their probability maps.

import { useState } from "react";
import { ModelCanvas, type Showing } from "../canvas/model-canvas.tsx";
import { plural } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";

export function ModelCompare() {
  const playground = usePlayground();
  const { fast } = playground;
  const index = useApp(({ view }) => view.pageIndex);
  const total = useApp(({ data }) => data.dataset?.validationPages ?? 0);
  useApp(({ models }) => models.revision);
  useApp(({ quality }) => quality.revision);
  useApp(({ data }) => data.revision);
  const reading = useApp(({ models }) => models.reading);
  const label = useApp(({ models }) => models.opened?.facts.label ?? "");
  const [wipe, setWipe] = useState(50);
  const [wantsDifference, setWantsDifference] = useState(false);
  const page = fast.dataset?.validation[index];
  if (page === undefined) return <p className="muted">There are no pages yet.</p>;
  const ours = fast.evaluationOf(page.id);
  const theirs = fast.models.pages.get(page.id);
  const difference = differenceOf(fast.frameOf(page.id), fast.models.maps.get(page.id));
  const showing: Showing = wantsDifference && difference !== null ? "difference" : "wipe";
  return (
    <section className="model-compare" aria-label="Both models on one page">
      <div className="toolbar">
        <button
          type="button"
          className="button"
          disabled={index === 0}
          onClick={() => playground.movePage(-1)}
        >
          Previous
        </button>
        <span className="small muted figures">{`page ${index + 1} of ${total}`}</span>
        <button
          type="button"
          className="button"
          disabled={index + 1 >= total}
          onClick={() => playground.movePage(1)}
        >
          Next
        </button>
        <label className="wipe">
          A
          <input
            type="range"
            min={0}
            max={100}
            value={wipe}
            disabled={showing === "difference"}
            aria-label="Where A ends and B begins"
            aria-valuetext={`${wipe} % A, ${100 - wipe} % B`}
            onChange={(event) => setWipe(Number(event.target.value))}
          />
          B
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={wantsDifference}
            disabled={difference === null}
            onChange={(event) => setWantsDifference(event.target.checked)}
          />
          Difference of the maps
        </label>
      </div>
      <div
        className="model-page"
        role="img"
        aria-label={`Page ${index + 1} as both models see it: ${boxes(ours?.boxes.length)} of the model in training, ${boxes(theirs?.boxes.length)} of ${label}`}
      >
        <ModelCanvas key={page.id} page={page} wipe={wipe / 100} showing={showing} />
      </div>
      <p className="small muted">
        {`A: the model in training, ${boxes(ours?.boxes.length)}. B: ${label}, ${boxes(theirs?.boxes.length)}. `}
        {theirs === undefined
          ? "B has not seen this page yet: run it."
          : difference === null
            ? `Their maps can be subtracted when both were made at the same input size${reading === null ? "" : ` (B: ${reading.sizePx} px)`}.`
            : `Maps: mean difference ${difference.mean.toFixed(4)}, greatest ${difference.most.toFixed(3)} of a probability.`}
      </p>
    </section>
  );
}

function boxes(amount: number | undefined): string {
  return amount === undefined ? "no answer yet" : plural(amount, "box", "boxes");
}

interface MapBytes {
  readonly sizePx: number;
  readonly probability: Uint8Array;
}

function differenceOf(a: MapBytes | undefined, b: MapBytes | undefined) {
  if (a === undefined || b === undefined || a.sizePx !== b.sizePx) return null;
  let sum = 0;
  let most = 0;
  for (let i = 0; i < a.probability.length; i++) {
    const difference = Math.abs((a.probability[i] ?? 0) - (b.probability[i] ?? 0));
    sum += difference;
    if (difference > most) most = difference;
  }
  return { mean: sum / a.probability.length / 255, most: most / 255 };
}
