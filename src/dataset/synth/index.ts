// Built-in data: pages drawn from seeds.

export type { CanvasProvider, DrawCanvas, DrawContext } from "./canvas.ts";
export { type DrawnPage, drawPage } from "./draw-page.ts";
export { drawSet, type SetTools } from "./draw-set.ts";
export { type Face, HANGUL_RANGE, synthFaces } from "./faces.ts";
export { type PageSpec, type SynthPlan, synthPlan, synthSetSizes } from "./plan.ts";
