// A canvas that shows one page as two models see it, beside each other at a line, or the difference of their maps. The same
// picture, colours and overlays as everywhere.

import { useEffect, useRef, useState } from "react";
import type { Page, PageFrame } from "../../protocol/index.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { cancelDraw, requestDraw } from "./frame-scheduler.ts";
import { paintPage } from "./paint-page.ts";
import { pictureOf } from "./pictures.ts";

export type Showing = "wipe" | "difference";

interface Props {
  readonly page: Page;
  /** Share of the width that A has, 0..1. */
  readonly wipe: number;
  readonly showing: Showing;
}

const WIDTH_PX = 900;

export function ModelCanvas({ page, wipe, showing }: Props) {
  const { fast, store } = usePlayground();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picture, setPicture] = useState<ImageBitmap | null>(null);
  const overlays = useApp(({ view }) => view.overlays);
  const setRevision = useApp(({ data }) => data.revision);
  const key = `models ${page.id}`;
  const height = Math.round((WIDTH_PX * page.size.heightPx) / page.size.widthPx);

  useEffect(() => {
    let isCurrent = true;
    pictureOf(page, WIDTH_PX, setRevision).then(
      (bitmap) => isCurrent && setPicture(bitmap),
      () => isCurrent && setPicture(null),
    );
    return () => {
      isCurrent = false;
    };
  }, [page, setRevision]);

  useEffect(() => {
    const draw = (): void => {
      const context = canvas.current?.getContext("2d");
      if (!context) return;
      const ours = fast.frameOf(page.id);
      const theirs = fast.models.maps.get(page.id);
      const common = { page, picture, mapOpacity: 1, linePx: 2, marked: null };
      if (showing === "difference") {
        const frame = differenceFrame(ours, theirs);
        const only = { truth: overlays.truth, probability: true, threshold: false, boxes: false };
        paintPage(context, { ...common, frame, evaluation: undefined, overlays: only });
        return;
      }
      const line = Math.round(context.canvas.width * wipe);
      const paint = (from: number, to: number, what: Parameters<typeof paintPage>[1]): void => {
        context.save();
        context.beginPath();
        context.rect(from, 0, to - from, context.canvas.height);
        context.clip();
        paintPage(context, what);
        context.restore();
      };
      const shown = {
        ...overlays,
        threshold: false,
        probability: overlays.probability || overlays.threshold,
      };
      const a = { ...common, frame: ours, evaluation: fast.evaluationOf(page.id), overlays: shown };
      const b = { ...common, frame: theirs, evaluation: fast.models.pages.get(page.id), overlays: shown };
      paint(0, line, a);
      paint(line, context.canvas.width, b);
      context.fillStyle = "#1a1e23";
      context.fillRect(line - 2, 0, 4, context.canvas.height);
      context.fillStyle = "#ffffff";
      context.fillRect(line - 1, 0, 2, context.canvas.height);
    };
    const ask = (): void => requestDraw(key, draw, 0);
    ask();
    return store.subscribe((state, before) => {
      if (
        state.quality.revision !== before.quality.revision ||
        state.models.revision !== before.models.revision
      )
        ask();
    });
  }, [key, page, picture, overlays, wipe, showing, fast, store]);

  useEffect(() => () => cancelDraw(key), [key]);
  return <canvas ref={canvas} width={WIDTH_PX} height={height} className="model-canvas" />;
}

/** A slider that moves paints the same difference again. */
const differences = new WeakMap<PageFrame, { readonly a: PageFrame; readonly frame: PageFrame }>();

function differenceFrame(a: PageFrame | undefined, b: PageFrame | undefined): PageFrame | undefined {
  if (a === undefined || b === undefined || a.sizePx !== b.sizePx) return undefined;
  const known = differences.get(b);
  if (known?.a === a) return known.frame;
  const probability = Uint8Array.from(a.probability, (value, i) => Math.abs(value - (b.probability[i] ?? 0)));
  const frame = { pageId: a.pageId, sizePx: a.sizePx, placement: a.placement, probability };
  differences.set(b, { a, frame });
  return frame;
}
