// A canvas that shows one page and follows what changes: its size, its picture, its map, its boxes, the overlays.
// It decides nothing: the name for screen readers belongs to whoever places it.

import { useEffect, useRef, useState } from "react";
import type { Page } from "../../protocol/index.ts";
import { useIsStill } from "../theme.ts";
import { useApp, usePlayground } from "../use-app.ts";
import { cancelDraw, requestDraw } from "./frame-scheduler.ts";
import { paintPage } from "./paint-page.ts";
import { pictureOf } from "./pictures.ts";

interface Props {
  readonly page: Page;
  /** Tells drawings of one page in two places apart. */
  readonly place: "wall" | "inspector";
  readonly mapOpacity?: number;
  readonly marked?: string | null;
}

interface CanvasSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The wall follows at most once a second where motion is unwelcome. */
const STILL_INTERVAL_MS = 1000;

export function PageCanvas({ page, place, mapOpacity = 1, marked = null }: Props) {
  const { fast, store } = usePlayground();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<CanvasSize>({ widthPx: 0, heightPx: 0 });
  const [picture, setPicture] = useState<ImageBitmap | null>(null);
  const overlays = useApp(({ view }) => view.overlays);
  const setRevision = useApp(({ data }) => data.revision);
  const still = useIsStill();
  const key = `${place} ${page.id}`;

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const ratio = Math.min(2, devicePixelRatio);
      const widthPx = Math.round(element.clientWidth * ratio);
      const heightPx = Math.round(element.clientHeight * ratio);
      setSize((known) =>
        known.widthPx === widthPx && known.heightPx === heightPx ? known : { widthPx, heightPx },
      );
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (size.widthPx === 0) return;
    let isCurrent = true;
    pictureOf(page, size.widthPx, setRevision).then(
      (bitmap) => isCurrent && setPicture(bitmap),
      () => isCurrent && setPicture(null),
    );
    return () => {
      isCurrent = false;
    };
  }, [page, size.widthPx, setRevision]);

  // Maps and boxes lie beside the store; their revision asks for a drawing without rendering anything in React.
  useEffect(() => {
    const draw = (): void => {
      const element = canvas.current;
      const context = element?.getContext("2d");
      if (!element || !context || size.widthPx === 0) return;
      if (element.width !== size.widthPx) element.width = size.widthPx;
      if (element.height !== size.heightPx) element.height = size.heightPx;
      const frame = fast.frameOf(page.id);
      const evaluation = fast.evaluationOf(page.id);
      const linePx = Math.min(2, devicePixelRatio);
      paintPage(context, { page, picture, frame, evaluation, overlays, mapOpacity, linePx, marked });
    };
    const ask = (): void => requestDraw(key, draw, still ? STILL_INTERVAL_MS : 0);
    ask();
    return store.subscribe((state, before) => {
      if (state.quality.revision !== before.quality.revision) ask();
    });
  }, [key, page, picture, overlays, size, mapOpacity, marked, still, fast, store]);

  useEffect(() => () => cancelDraw(key), [key]);
  return <canvas ref={canvas} className="page-canvas" />;
}
