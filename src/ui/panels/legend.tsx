// What colours and line styles mean, for the overlays that are on.

import { cividisStops, viridisStops } from "../canvas/palettes.ts";
import { count } from "../format.ts";
import { useApp } from "../use-app.ts";

const BOX_KEYS = ["matched", "missed", "false", "merged"] as const;
const BOX_WORDS = { matched: "found", missed: "missed", false: "false", merged: "merged or split" } as const;

export function Legend() {
  const overlays = useApp(({ view }) => view.overlays);
  const step = useApp(({ quality }) => quality.summaries.at(-1)?.step);
  const hasBoxes = step !== undefined;
  return (
    <ul className="legend small muted" aria-label="Legend">
      {overlays.truth && (
        <li>
          <span className="line line-truth" aria-hidden="true" />
          ground truth
        </li>
      )}
      {overlays.boxes &&
        hasBoxes &&
        BOX_KEYS.map((key) => (
          <li key={key}>
            <span className={`line line-${key}`} aria-hidden="true" />
            {BOX_WORDS[key]}
          </li>
        ))}
      {overlays.probability && (
        <li>
          <Scale stops={viridisStops} />
          probability of text, 0 to 1
        </li>
      )}
      {overlays.threshold && (
        <li>
          <Scale stops={cividisStops} />
          threshold map, 0 to 1
        </li>
      )}
      {step !== undefined && (overlays.boxes || overlays.probability || overlays.threshold) && (
        <li className="figures">{`maps and boxes of step ${count(step)}`}</li>
      )}
    </ul>
  );
}

function Scale({ stops }: { readonly stops: string }) {
  return (
    <span
      className="scale"
      aria-hidden="true"
      style={{ backgroundImage: `linear-gradient(to right, ${stops})` }}
    />
  );
}
