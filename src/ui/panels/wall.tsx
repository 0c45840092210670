// Twelve unseen pages side by side; each is a button with a name in words, and opens the inspector in the same place.

import { type CSSProperties, useEffect, useMemo, useRef } from "react";
import { countPage, type PageCounts, WALL_PAGES, wallPages, wallStart } from "../../store/index.ts";
import { PageCanvas } from "../canvas/page-canvas.tsx";
import { chooseFiles } from "../open-files.ts";
import { tileName } from "../sentences.ts";
import { useApp, usePlayground } from "../use-app.ts";

export function Wall() {
  const playground = usePlayground();
  const start = useApp(({ view }) => wallStart(view.pageIndex));
  const setRevision = useApp(({ data }) => data.revision);
  const total = useApp(({ data }) => data.dataset?.validationPages ?? 0);
  const { fast } = playground;
  const pages = useMemo(() => (setRevision >= 0 ? wallPages(fast, start) : []), [fast, start, setRevision]);
  if (total === 0) return <EmptyWall />;
  const shape = { "--tile-shape": tileShape(pages.map(({ page }) => page.size)) } as CSSProperties;
  return (
    <>
      <ul className="wall" style={shape}>
        {pages.map(({ index, page }) => (
          <li key={page.id}>
            <Tile index={index} />
          </li>
        ))}
      </ul>
      {total > WALL_PAGES && <WallPager start={start} total={total} />}
    </>
  );
}

function Tile({ index }: { readonly index: number }) {
  const playground = usePlayground();
  const { fast } = playground;
  const isFocused = useApp(({ view }) => view.pageIndex === index);
  const summaries = useApp(({ quality }) => quality.summaries);
  const page = fast.dataset?.validation[index];
  const button = useRef<HTMLButtonElement>(null);
  const wasFocused = useRef(isFocused);
  useEffect(() => {
    // Keys moved here: a focus that was on the wall comes along, so that Enter opens what is marked.
    if (isFocused && !wasFocused.current) {
      if (document.activeElement?.classList.contains("tile")) button.current?.focus();
      else button.current?.scrollIntoView({ block: "nearest" });
    }
    wasFocused.current = isFocused;
  }, [isFocused]);
  if (page === undefined) return null;
  const evaluation = summaries.length > 0 ? fast.evaluationOf(page.id) : undefined;
  const counts: PageCounts | null = evaluation === undefined ? null : countPage(evaluation);
  const words = page.words.filter(({ ignore }) => !ignore).length;
  return (
    <button
      ref={button}
      type="button"
      className="tile"
      aria-current={isFocused}
      title={page.name}
      onClick={() => playground.showPage(index)}
    >
      <span className="visually-hidden">{tileName(index + 1, counts, words)}</span>
      <PageCanvas page={page} place="wall" />
      <span className="tile-foot" aria-hidden="true">
        <span>page {index + 1}</span>{" "}
        {counts !== null && counts.falseBoxes > 0 && (
          <span className="tile-false">{counts.falseBoxes} false</span>
        )}{" "}
        <strong className="figures">{counts === null ? words : `${counts.found} / ${counts.words}`}</strong>
      </span>
    </button>
  );
}

function WallPager({ start, total }: { readonly start: number; readonly total: number }) {
  const playground = usePlayground();
  const last = Math.min(total, start + WALL_PAGES);
  return (
    <div className="pager">
      <button
        type="button"
        className="button"
        disabled={start === 0}
        onClick={() => playground.setView({ pageIndex: start - WALL_PAGES })}
      >
        Previous pages
      </button>
      <span className="small muted figures">{`Pages ${start + 1} to ${last} of ${total}`}</span>
      <button
        type="button"
        className="button"
        disabled={last === total}
        onClick={() => playground.setView({ pageIndex: start + WALL_PAGES })}
      >
        Next pages
      </button>
    </div>
  );
}

const PLACES = Array.from({ length: WALL_PAGES }, (_, place) => place);

/** Grey places of the final size, so that nothing moves when the pages come. */
function EmptyWall() {
  const playground = usePlayground();
  const hasError = useApp(({ error, data }) => error !== null && data.progress === null);
  const needsFiles = useApp(
    ({ settings, data }) => settings.resolved.config.data.set === "own" && data.progress === null,
  );
  if (needsFiles || hasError) {
    return (
      <div className="empty">
        <p>{needsFiles ? "These settings need your own pages." : "There are no pages yet."}</p>
        <button type="button" className="button" onClick={() => chooseFiles(playground, "folder")}>
          Open a folder
        </button>
      </div>
    );
  }
  return (
    <ul className="wall" aria-label="Pages are being prepared">
      {PLACES.map((place) => (
        <li key={place} className="tile tile-empty" />
      ))}
    </ul>
  );
}

/** One shape for all tiles: the median page, neither too wide nor too tall. */
function tileShape(sizes: readonly { readonly widthPx: number; readonly heightPx: number }[]): string {
  const shapes = sizes.map(({ widthPx, heightPx }) => widthPx / heightPx).sort((a, b) => a - b);
  const median = shapes[Math.floor(shapes.length / 2)] ?? 1;
  return Math.min(1.6, Math.max(0.8, median)).toFixed(3);
}
