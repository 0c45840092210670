// The loss and its three parts as raw points, never smoothed. The parts are unweighted; their weights are named.

import { useCallback, useEffect, useState } from "react";
import { type AppState, stepsAhead } from "../../store/index.ts";
import { LineChart } from "../charts/line-chart.tsx";
import { significant } from "../format.ts";
import { lossSentence } from "../sentences.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { Card } from "../widgets/card.tsx";

const SERIES = [
  { label: "total", color: "ink", width: 1.8 },
  { label: "probability", color: "accent", dash: [5, 3] },
  { label: "threshold", color: "missed", dash: [2, 3] },
  { label: "binary", color: "merged", dash: [6, 2, 1, 2] },
];

const revisionOf = ({ run }: AppState): unknown => run.lossRevision;
/** How often the sentence follows the curve. */
const SENTENCE_MS = 1000;

export function LossCard() {
  const { fast } = usePlayground();
  const weights = useApp(({ settings }) => settings.resolved.config.loss);
  const planned = useApp(stepsAhead) ?? 1;
  const read = useCallback(() => {
    const { losses } = fast;
    const columns = ["total", "probability", "threshold", "binary"] as const;
    return { x: losses.column("step"), y: columns.map(losses.column) };
  }, [fast]);
  return (
    <Card
      title="Loss"
      aside={
        <span
          className="small muted figures"
          title="Weights of probability, threshold and binary loss in the total"
        >
          {`${weights.probabilityWeight} P + ${weights.thresholdWeight} T + ${weights.binaryWeight} B`}
        </span>
      }
    >
      <LineChart
        title="Loss by step"
        sentence={useLossSentence()}
        series={SERIES}
        read={read}
        revisionOf={revisionOf}
        heightPx={132}
        yRange={null}
        xMax={planned}
        format={significant}
      />
    </Card>
  );
}

/** The sentence of the newest point, at most once a second. */
function useLossSentence(): string {
  const { fast, store } = usePlayground();
  const [sentence, setSentence] = useState("");
  useEffect(() => {
    const say = (): void =>
      setSentence(lossSentence(fast.losses.column("step"), fast.losses.column("total")));
    let timer: number | undefined;
    say();
    const unsubscribe = store.subscribe((state, before) => {
      if (state.run.lossRevision === before.run.lossRevision || timer !== undefined) return;
      timer = window.setTimeout(() => {
        timer = undefined;
        say();
      }, SENTENCE_MS);
    });
    return () => {
      unsubscribe();
      window.clearTimeout(timer);
    };
  }, [fast, store]);
  return sentence;
}
