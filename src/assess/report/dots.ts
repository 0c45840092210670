// One dot a block, in time order, with the interval beside them: drift and outliers can be seen. As SVG text.

import type { ArmResult } from "../analyse.ts";

const WIDTH = 260;
const HEIGHT = 44;
const SIDE = 46;

/** `limitPct`: the scale, the same for all arms of a table. */
export function dotsSvg(
  { arm, differencesPct, difference }: ArmResult,
  marginPct: number,
  limitPct: number,
): string {
  const y = (pct: number): string =>
    (HEIGHT / 2 - (Math.max(-limitPct, Math.min(limitPct, pct)) / limitPct) * (HEIGHT / 2 - 4)).toFixed(1);
  const step = (WIDTH - SIDE) / Math.max(1, differencesPct.length);
  const dots = differencesPct
    .map((pct, i) => {
      const isOutside = Math.abs(pct) > limitPct;
      return `<circle class="${isOutside ? "dot out" : "dot"}" cx="${(step * (i + 0.5)).toFixed(1)}" cy="${y(pct)}" r="3"><title>block ${i + 1}: ${pct.toFixed(2)} %</title></circle>`;
    })
    .join("");
  const x = WIDTH - SIDE / 2;
  const interval =
    difference === null
      ? ""
      : `<path class="ci" d="${[difference.ciHigh, difference.ciLow].map((end) => `M${x - 5} ${y(end)}h10`).join("")}M${x} ${y(difference.ciHigh)}V${y(difference.ciLow)}"/><circle class="mean" cx="${x}" cy="${y(difference.mean)}" r="2.5"/>`;
  const band = `<rect class="band" x="0" width="${WIDTH}" y="${y(marginPct)}" height="${(Number(y(-marginPct)) - Number(y(marginPct))).toFixed(1)}"/>`;
  const label = `${arm.label}: ${differencesPct.length} blocks, differences ${differencesPct.map((pct) => `${pct.toFixed(1)} %`).join(", ")}`;
  return `<svg class="dots" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${label}">${band}<line class="zero" x1="0" x2="${WIDTH}" y1="${y(0)}" y2="${y(0)}"/>${dots}${interval}</svg>`;
}

/** A scale that holds nine tenths of all dots and the margin. */
export function dotScale(arms: readonly ArmResult[], marginPct: number): number {
  const sizes = arms.flatMap(({ differencesPct }) => differencesPct.map(Math.abs)).sort((a, b) => a - b);
  return Math.max(1.5 * marginPct, 1.2 * (sizes[Math.floor(0.9 * (sizes.length - 1))] ?? 0));
}
