// What drawing needs of a 2D canvas, as structural interfaces: OffscreenCanvas and HTMLCanvasElement fit, and so does a fake.
// This room never makes a canvas itself; whoever calls it hands a provider in.

export interface PixelBlock {
  /** width·height·4, RGBA, row-major. */
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

export interface GlyphMetrics {
  readonly width: number;
  readonly actualBoundingBoxLeft: number;
  readonly actualBoundingBoxRight: number;
  readonly actualBoundingBoxAscent: number;
  readonly actualBoundingBoxDescent: number;
}

export interface Gradient {
  addColorStop(offset: number, color: string): void;
}

export interface DrawContext {
  fillStyle: string | object;
  strokeStyle: string | object;
  lineWidth: number;
  lineJoin: string;
  globalAlpha: number;
  shadowColor: string;
  shadowBlur: number;
  shadowOffsetX: number;
  shadowOffsetY: number;
  font: string;
  textRendering: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  strokeRect(x: number, y: number, width: number, height: number): void;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  fill(): void;
  stroke(): void;
  fillText(text: string, x: number, y: number): void;
  strokeText(text: string, x: number, y: number): void;
  measureText(text: string): GlyphMetrics;
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  createLinearGradient(x0: number, y0: number, x1: number, y1: number): Gradient;
  getImageData(x: number, y: number, width: number, height: number): PixelBlock;
  putImageData(pixels: PixelBlock, x: number, y: number): void;
}

export interface DrawCanvas {
  readonly width: number;
  readonly height: number;
  /** Must be rasterised in software (willReadFrequently), so that the same seed gives the same bytes. */
  getContext(kind: "2d", options: { willReadFrequently: boolean }): DrawContext | null;
}

export type CanvasProvider<C extends DrawCanvas> = (widthPx: number, heightPx: number) => C;

export type Rgb = readonly [red: number, green: number, blue: number];

export function css(color: Rgb, alpha = 1): string {
  return `rgba(${color[0]}, ${color[1]}, ${color[2]}, ${alpha})`;
}

/** Rec. 601 luma, 0..255. */
export function luma(color: Rgb): number {
  return 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2];
}

/** `from` at 0, `to` at 1. */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * share);
  return [channel(0), channel(1), channel(2)];
}
