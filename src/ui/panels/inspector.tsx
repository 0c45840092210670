// One page large, in the place of the wall: the same overlays, the opacity of the map, and the list of words and false boxes;
// pointing at a row points it out on the page.

import { useState } from "react";
import type { Page, PageEvaluation } from "../../protocol/index.ts";
import { PageCanvas } from "../canvas/page-canvas.tsx";
import { score } from "../format.ts";
import { tileName } from "../sentences.ts";
import { countPage } from "../../store/index.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { CommandButton } from "../widgets/command-button.tsx";

export function Inspector() {
  const { fast } = usePlayground();
  const index = useApp(({ view }) => view.pageIndex);
  const summaries = useApp(({ quality }) => quality.summaries);
  const total = useApp(({ data }) => data.dataset?.validationPages ?? 0);
  const [marked, setMarked] = useState<string | null>(null);
  const [opacity, setOpacity] = useState(70);
  const page = fast.dataset?.validation[index];
  if (page === undefined) return <p className="empty">There is no page {index + 1}.</p>;
  const evaluation = summaries.length > 0 ? fast.evaluationOf(page.id) : undefined;
  const words = page.words.filter(({ ignore }) => !ignore).length;
  const counts = evaluation === undefined ? null : countPage(evaluation);
  return (
    <div className="inspector">
      <div
        className="inspector-page"
        tabIndex={-1}
        role="img"
        aria-label={tileName(index + 1, counts, words)}
      >
        <PageCanvas key={page.id} page={page} place="inspector" mapOpacity={opacity / 100} marked={marked} />
      </div>
      <div className="inspector-side">
        <div className="inspector-head">
          <CommandButton id="previous-page" hasKey>
            Previous
          </CommandButton>
          <span className="small muted figures">{`${index + 1} of ${total}`}</span>
          <CommandButton id="next-page" hasKey>
            Next
          </CommandButton>
        </div>
        <p className="small muted page-facts">{pageFacts(page)}</p>
        {evaluation !== undefined && <Scores evaluation={evaluation} />}
        <label className="opacity small">
          Map opacity
          <input
            type="range"
            min={0}
            max={100}
            step={5}
            value={opacity}
            aria-valuetext={`${opacity} %`}
            onChange={(event) => setOpacity(Number(event.target.value))}
          />
        </label>
        <WordList page={page} evaluation={evaluation} onMark={setMarked} />
      </div>
    </div>
  );
}

function pageFacts({ name, size, orientation, labelSpace }: Page): string {
  const turned = orientation === 1 ? "" : `, turned by EXIF ${orientation}, labels in ${labelSpace} space`;
  return `${name}, ${size.widthPx} × ${size.heightPx} px${turned}`;
}

function Scores({ evaluation }: { readonly evaluation: PageEvaluation }) {
  const rows = [
    { name: "CLEval", value: evaluation.cleval },
    { name: "ICDAR IoU", value: evaluation.icdarIou },
  ];
  return (
    <table className="scores small figures">
      <thead>
        <tr>
          <th scope="col">This page</th>
          <th scope="col">hmean</th>
          <th scope="col">P</th>
          <th scope="col">R</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, value }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{score(value.hmean)}</td>
            <td>{score(value.precision)}</td>
            <td>{score(value.recall)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface WordListProps {
  readonly page: Page;
  readonly evaluation: PageEvaluation | undefined;
  readonly onMark: (mark: string | null) => void;
}

function WordList({ page, evaluation, onMark }: WordListProps) {
  const words = page.words.map((word, i) => ({
    mark: `word ${i}`,
    text: word.text ?? "word without text",
    outcome: evaluation?.words[i] ?? (word.ignore ? "ignored" : "not evaluated"),
    value: "",
  }));
  const falseBoxes = (evaluation?.boxes ?? [])
    .map((box, i) => ({
      mark: `box ${i}`,
      text: "box on no word",
      outcome: box.outcome,
      value: box.score.toFixed(2),
    }))
    .filter(({ outcome }) => outcome === "false");
  const rows = [...falseBoxes, ...words];
  return (
    <ul className="words" aria-label="Words and false boxes">
      {rows.map(({ mark, text, outcome, value }) => (
        <li key={mark}>
          <button
            type="button"
            className="word"
            onPointerEnter={() => onMark(mark)}
            onPointerLeave={() => onMark(null)}
            onFocus={() => onMark(mark)}
            onBlur={() => onMark(null)}
            onClick={() => onMark(mark)}
          >
            <span className={`line line-${lineOf(outcome)}`} aria-hidden="true" />
            <span className="word-text">{text}</span>
            <span className="small muted">{value === "" ? outcome : `${outcome}, score ${value}`}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function lineOf(outcome: string): string {
  if (outcome === "split") return "merged";
  return outcome === "not evaluated" ? "truth" : outcome;
}
