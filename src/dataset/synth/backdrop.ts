// What lies behind the words: a wooden or stone table under paper, a plastered or brick wall behind signs, a street behind
// a scene. No letters in it, but edges and stripes that a detector has to learn to leave alone.

import type { Random } from "../../core/index.ts";
import { css, type DrawContext, mix, type Rgb } from "./canvas.ts";

export interface Ground {
  readonly context: DrawContext;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly random: Random;
}

export function paintTable(ground: Ground): void {
  const { context, widthPx, heightPx, random } = ground;
  const base = random.pick<Rgb>([
    [128, 88, 56],
    [92, 62, 42],
    [168, 132, 96],
    [70, 74, 80],
    [116, 120, 118],
    [44, 52, 66],
  ]);
  fill(ground, base);
  const streaks = 26;
  for (let i = 0; i < streaks; i++) {
    const y = (i / streaks) * heightPx * 1.2 - heightPx * 0.1;
    const tone = mix(base, random.chance(0.5) ? [0, 0, 0] : [255, 240, 220], random.range(0.03, 0.16));
    context.fillStyle = css(tone, 0.8);
    const tilt = random.normal() * heightPx * 0.012;
    polygon(context, [
      0,
      y,
      widthPx,
      y + tilt,
      widthPx,
      y + tilt + heightPx * random.range(0.004, 0.05),
      0,
      y + heightPx * 0.02,
    ]);
  }
}

export function paintWall(ground: Ground): void {
  const { context, widthPx, heightPx, random } = ground;
  const base = random.pick<Rgb>([
    [150, 86, 66],
    [196, 186, 168],
    [120, 128, 134],
    [206, 170, 128],
    [96, 92, 88],
  ]);
  fill(ground, mix(base, [225, 220, 210], 0.3));
  const isBrick = random.chance(0.6);
  const rowPx = (isBrick ? 0.045 : 0.16) * Math.max(widthPx, heightPx) * random.range(0.8, 1.3);
  const brickPx = rowPx * (isBrick ? 2.6 : 1.8);
  const jointPx = Math.max(1, rowPx * 0.08);
  for (let row = 0; row * rowPx < heightPx; row++) {
    for (let x = row % 2 === 0 ? 0 : -brickPx / 2; x < widthPx; x += brickPx) {
      context.fillStyle = css(
        mix(base, random.chance(0.5) ? [0, 0, 0] : [255, 245, 230], random.range(0, 0.14)),
      );
      context.fillRect(x, row * rowPx, brickPx - jointPx, rowPx - jointPx);
    }
  }
}

export function paintStreet(ground: Ground): void {
  const { context, widthPx, heightPx, random } = ground;
  const sky = context.createLinearGradient(0, 0, 0, heightPx);
  const dusk = random.next();
  sky.addColorStop(0, css(mix([120, 170, 220], [60, 60, 100], dusk)));
  sky.addColorStop(0.7, css(mix([225, 232, 238], [220, 150, 110], dusk)));
  context.fillStyle = sky;
  context.fillRect(0, 0, widthPx, heightPx);
  let x = 0;
  while (x < widthPx) {
    const width = widthPx * random.range(0.16, 0.4);
    paintHouse(ground, x, heightPx * random.range(0, 0.3), width);
    x += width;
  }
  const kerb = heightPx * random.range(0.86, 0.94);
  const road = random.pick<Rgb>([
    [88, 88, 92],
    [120, 116, 110],
  ]);
  context.fillStyle = css(road);
  context.fillRect(0, kerb, widthPx, heightPx - kerb);
  context.fillStyle = css(mix(road, [255, 255, 255], 0.4));
  context.fillRect(0, kerb, widthPx, Math.max(1, heightPx * 0.012));
}

function paintHouse(ground: Ground, x: number, top: number, width: number): void {
  const { context, heightPx, random } = ground;
  const base = random.pick<Rgb>([
    [190, 150, 120],
    [150, 90, 74],
    [200, 196, 186],
    [128, 136, 144],
    [176, 166, 120],
    [86, 96, 110],
  ]);
  context.fillStyle = css(base);
  context.fillRect(x, top, width, heightPx - top);
  context.fillStyle = css(mix(base, [0, 0, 0], 0.35));
  context.fillRect(x, top, width, heightPx * 0.015);
  context.fillRect(x + width * 0.985, top, width * 0.015, heightPx);
  const columns = 2 + random.int(3);
  const pane = width / (columns * 1.6);
  const glass = mix(
    random.pick<Rgb>([
      [60, 80, 100],
      [250, 220, 150],
      [30, 34, 44],
    ]),
    base,
    0.15,
  );
  for (let y = top + pane * 0.7; y < heightPx * 0.85; y += pane * 1.9) {
    for (let column = 0; column < columns; column++) {
      const left = x + (column + 0.2) * (width / columns);
      context.fillStyle = css(mix(base, [255, 255, 255], 0.35));
      context.fillRect(left - 1, y - 1, pane + 2, pane * 1.3 + 2);
      context.fillStyle = css(mix(glass, [255, 255, 255], random.range(0, 0.25)));
      context.fillRect(left, y, pane, pane * 1.3);
      context.fillStyle = css(mix(base, [255, 255, 255], 0.35));
      context.fillRect(left + pane / 2 - 0.5, y, 1, pane * 1.3);
    }
  }
}

/** The shadow that a sheet or board throws on what lies behind it. */
export function paintShadow(context: DrawContext, corners: readonly number[], depthPx: number): void {
  context.shadowColor = css([0, 0, 0], 0.6);
  context.shadowBlur = depthPx * 2;
  context.shadowOffsetX = depthPx * 0.6;
  context.shadowOffsetY = depthPx;
  context.fillStyle = css([20, 20, 20]);
  polygon(context, corners);
  context.shadowColor = css([0, 0, 0], 0);
  context.shadowBlur = 0;
  context.shadowOffsetX = 0;
  context.shadowOffsetY = 0;
}

function fill(ground: Ground, color: Rgb): void {
  ground.context.fillStyle = css(color);
  ground.context.fillRect(0, 0, ground.widthPx, ground.heightPx);
}

function polygon(context: DrawContext, corners: readonly number[]): void {
  context.beginPath();
  for (let i = 0; i + 1 < corners.length; i += 2) {
    const x = corners[i] ?? 0;
    const y = corners[i + 1] ?? 0;
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
  context.fill();
}
