// Where the last step's time went. The bar shows what follows one another in the trainer; what loaders do beside it is said
// below, because it overlaps and does not add up with the bar.

import type { TimingEvent } from "../../protocol/index.ts";
import { duration, significant } from "../format.ts";
import { useApp } from "../use-app.ts";
import { Card } from "../widgets/card.tsx";

type Phase = keyof TimingEvent["lastStep"];

const IN_TRAINER: readonly Phase[] = [
  "wait",
  "upload",
  "forward",
  "backward",
  "optimiser",
  "step",
  "readback",
];
const IN_LOADERS: readonly Phase[] = ["load", "decode", "augment", "targets"];
const WORDS: Readonly<Partial<Record<Phase, string>>> = {
  wait: "wait for pages",
  step: "network",
  decode: "read and decode",
  optimiser: "update",
  readback: "read back",
};

export function PhaseCard() {
  const timing = useApp(({ run }) => run.timing);
  const isProfiling = useApp(({ settings }) => settings.resolved.config.features.profiler);
  const last = timing?.lastStep ?? {};
  const parts = IN_TRAINER.map((phase) => ({ phase, ms: last[phase] ?? 0 })).filter(({ ms }) => ms > 0);
  const totalMs = parts.reduce((sum, { ms }) => sum + ms, 0);
  const beside = IN_LOADERS.filter((phase) => last[phase] !== undefined);
  return (
    <Card
      title="Last step"
      aside={<span className="small muted figures">{totalMs > 0 ? duration(totalMs) : ""}</span>}
    >
      {totalMs === 0 ? (
        <p className="small muted">No step yet. The bar will show where its time goes.</p>
      ) : (
        <>
          <div className="phase-bar" aria-hidden="true">
            {parts.map(({ phase, ms }) => (
              <span key={phase} className={`phase phase-${phase}`} style={{ flexGrow: ms / totalMs }} />
            ))}
          </div>
          <ul className="legend small figures" aria-label="Phases of the last step in milliseconds">
            {parts.map(({ phase, ms }, i) => (
              <li key={phase}>
                <span className={`chip phase-${phase}`} aria-hidden="true" />
                {`${WORDS[phase] ?? phase} ${significant(ms)}${i === 0 ? " ms" : ""}`}
              </li>
            ))}
          </ul>
          {beside.length > 0 && (
            <p className="small muted figures">
              {`Loaders, beside it: ${beside.map((phase) => `${WORDS[phase] ?? phase} ${significant(last[phase] ?? 0)}`).join(" · ")} ms.`}
            </p>
          )}
          {!isProfiling && <p className="small muted">Turn the profiler on for finer phases.</p>}
        </>
      )}
    </Card>
  );
}
