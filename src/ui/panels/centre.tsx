// The centre: overlays, the sentence in words, and the image wall or, in the same place, the inspector.

import { useEffect, useRef } from "react";
import { type AppState, latestSummary, type Overlay, worstPage } from "../../store/index.ts";
import type { CommandId } from "../commands/commands.ts";
import { plural } from "../format.ts";
import { stateSentence, wallSentence } from "../sentences.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { CommandButton } from "../widgets/command-button.tsx";
import { Progress } from "../widgets/progress.tsx";
import { Inspector } from "./inspector.tsx";
import { Legend } from "./legend.tsx";
import { Wall } from "./wall.tsx";

const OVERLAYS: readonly { readonly id: CommandId; readonly overlay: Overlay; readonly label: string }[] = [
  { id: "overlay-truth", overlay: "truth", label: "Truth" },
  { id: "overlay-probability", overlay: "probability", label: "Probability" },
  { id: "overlay-threshold", overlay: "threshold", label: "Threshold" },
  { id: "overlay-boxes", overlay: "boxes", label: "Boxes" },
];

export function Centre() {
  const overlays = useApp(({ view }) => view.overlays);
  const isInspecting = useApp(({ view }) => view.isInspecting);
  const section = useFocusInPlace(isInspecting);
  return (
    <section
      ref={section}
      className="card centre"
      aria-label={isInspecting ? "Page inspector" : "Image wall"}
    >
      <div className="toolbar">
        <fieldset className="overlays">
          <legend className="visually-hidden">Overlays</legend>
          {OVERLAYS.map(({ id, overlay, label }) => (
            <CommandButton key={id} id={id} hasKey isPressed={overlays[overlay]}>
              {label}
            </CommandButton>
          ))}
        </fieldset>
        <div className="spring" />
        {isInspecting && (
          <CommandButton id="back" hasKey>
            Back
          </CommandButton>
        )}
        <CommandButton id="next-error" hasKey>
          Next error
        </CommandButton>
      </div>
      <Sentence />
      {isInspecting ? <Inspector /> : <Wall />}
      <Legend />
    </section>
  );
}

/**
 * Wall and inspector share a place: a focus that was visible there goes with what is shown there, and comes back. One that
 * nobody saw (a click, a key pressed on the page) leaves no tile behind that would take the next Space.
 */
function useFocusInPlace(isInspecting: boolean) {
  const section = useRef<HTMLElement>(null);
  const was = useRef(isInspecting);
  const wasVisible = useRef(false);
  // Asked before the change is drawn: what had the focus is taken off the page with it.
  const active = document.activeElement;
  const isVisible = active !== null && section.current?.contains(active) && active.matches(":focus-visible");
  const isElsewhere = active !== document.body && !section.current?.contains(active);
  useEffect(() => {
    if (was.current === isInspecting) return;
    was.current = isInspecting;
    if (isElsewhere) return;
    if (isInspecting) wasVisible.current = isVisible === true;
    else if (!wasVisible.current) return;
    const target = isInspecting ? ".inspector-page" : ".tile[aria-current=true]";
    section.current?.querySelector<HTMLElement>(target)?.focus({ preventScroll: true });
  });
  return section;
}

/** One line of fixed height: progress while something is prepared, else what the wall shows. */
function Sentence() {
  const { fast } = usePlayground();
  const progress = useApp(({ data }) => data.progress);
  const state = useApp(({ run }) => run.state);
  const summary = useApp(latestSummary);
  const hasPages = useApp(({ data }) => data.dataset !== null);
  const worst = useApp((app) => (app.quality.revision >= 0 ? worstPage(fast) : null));
  return (
    <div className="sentence">
      {progress !== null ? (
        <Progress {...progress} />
      ) : state.kind === "preparing" ? (
        <Progress {...state} />
      ) : summary !== null ? (
        <p>
          <Emphasised text={wallSentence(summary, worst)} />
        </p>
      ) : (
        <p>
          <UnseenPages />
          {hasPages && stateSentence(state)}
        </p>
      )}
    </div>
  );
}

/** The figure first: the words before the first comma stand out. */
function Emphasised({ text }: { readonly text: string }) {
  const cut = text.indexOf(",");
  return (
    <>
      <strong>{text.slice(0, cut)}</strong>
      {text.slice(cut)}
    </>
  );
}

function UnseenPages() {
  const pages = useApp((app: AppState) => app.data.dataset?.validationPages ?? 0);
  const words = useApp((app: AppState) => app.data.dataset?.validationWords ?? 0);
  if (pages === 0) return null;
  return (
    <>{`${plural(pages, "unseen page")} with ${plural(words, "word")}, drawn with their ground truth. `}</>
  );
}
