// `npm run bench -- --suite targets`: making a page's target maps here and with numpy, OpenCV and pyclipper, page by page in
// turn, on the same words. Needs a Python with the three; says so where there is none.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { resolveOrThrow } from "../../src/config/index.ts";
import { PlaygroundError, polygonIn } from "../../src/core/index.ts";
import { buildPageGeometry, renderTargets } from "../../src/targets/index.ts";
import { type Clock, NOW } from "./clock.ts";
import { benchPages } from "./pipeline-pages.ts";
import { percentile } from "./types.ts";

const SIZE_PX = 640;
const PAGES = 6;
const WARM_UP_ROUNDS = 20;
const HERE = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

export interface TargetsRow {
  readonly clock: Clock;
  readonly words: number;
  readonly oursMs: number;
  readonly referenceMs: number;
  /** Theirs over ours, page by page. */
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly n: number;
  /** Greatest difference of the shrunk area and of the threshold map's sum, as shares: both did the same work. */
  readonly textDiffers: number;
  readonly thresholdDiffers: number;
}

export async function benchTargets(
  wordCounts: readonly number[],
  repeats: number,
  clock: Clock,
): Promise<TargetsRow[]> {
  const now = NOW[clock];
  const layer = { layer: "file", from: "the benchmark", values: { "targets.variant": "original" } } as const;
  const { targets } = resolveOrThrow({ layers: [layer] }).resolved.config;
  const python = startPython();
  const rows: TargetsRow[] = [];
  try {
    const { version } = await python.answer();
    for (const count of wordCounts) {
      const pages = (await benchPages(count, PAGES)).map(({ words, size }) => {
        const scale = SIZE_PX / Math.max(size.widthPx, size.heightPx);
        return words.map(({ polygon, ignore }) => ({
          polygon: polygonIn(
            "upright",
            [...polygon].map((value) => value * scale),
          ),
          ignore,
        }));
      });
      const [ours, theirs, ratios]: [number[], number[], number[]] = [[], [], []];
      let [textDiffers, thresholdDiffers] = [0, 0];
      const make = (words: (typeof pages)[number]) => {
        const geometry = buildPageGeometry(words, { widthPx: SIZE_PX, heightPx: SIZE_PX }, targets);
        return renderTargets(geometry, HERE, SIZE_PX, targets);
      };
      const askPython = (words: (typeof pages)[number]) => {
        python.ask({ clock, size: SIZE_PX, words: words.map(({ polygon }) => [...polygon]) });
        return python.answer();
      };
      // A run draws thousands of pages: both sides have long seen them.
      for (let round = 0; round < WARM_UP_ROUNDS; round++) {
        for (const words of pages) {
          make(words);
          await askPython(words);
        }
      }
      for (let repeat = 0; repeat <= repeats; repeat++) {
        for (const words of pages) {
          const { ms, sums } = await askPython(words);
          const start = now();
          const { thresholds, flags } = make(words);
          const took = now() - start;
          // The first round is compared, not counted.
          if (repeat === 0) {
            const [text = 0, threshold = 0] = sums as number[];
            const mine = flags.reduce((sum, flag) => sum + (flag & 1), 0);
            const levels = thresholds.reduce((sum, level) => sum + 0.3 + (0.4 * level) / 255, 0);
            textDiffers = Math.max(textDiffers, Math.abs(mine / text - 1));
            thresholdDiffers = Math.max(thresholdDiffers, Math.abs(levels / threshold - 1));
            continue;
          }
          ours.push(took);
          theirs.push(Number(ms));
          ratios.push(Number(ms) / took);
        }
      }
      const row = {
        ...{ clock, words: count, oursMs: percentile(ours, 0.5), referenceMs: percentile(theirs, 0.5) },
        ...{ median: percentile(ratios, 0.5), p10: percentile(ratios, 0.1), p90: percentile(ratios, 0.9) },
        ...{ n: ratios.length, textDiffers, thresholdDiffers },
      };
      rows.push(row);
      console.log(
        `${String(count).padStart(3)} words, ${clock} time: ours ${row.oursMs.toFixed(2)} ms, ${version} ${row.referenceMs.toFixed(2)} ms: ` +
          `${row.median.toFixed(1)} times faster (${row.p10.toFixed(1)} to ${row.p90.toFixed(1)}, n ${row.n}); text area differs by ` +
          `${(100 * textDiffers).toFixed(2)} %, threshold sum by ${(100 * thresholdDiffers).toFixed(3)} %`,
      );
    }
  } finally {
    python.end();
  }
  return rows;
}

function startPython() {
  const command = process.env.PYTHON ?? "/usr/bin/python3";
  const script = join(import.meta.dirname, "targets-numpy.py");
  const python = spawn(command, [script], { stdio: ["pipe", "pipe", "inherit"] });
  let ended = `${command} with numpy, OpenCV and pyclipper ended early; its message stands above.`;
  python.once("error", ({ message }) => {
    ended = `${command} cannot be started (${message}).`;
  });
  // Whoever writes to a Python that has ended learns it from the missing answer.
  python.stdin.on("error", () => undefined);
  const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  return {
    ask: (page: unknown) => void python.stdin.write(`${JSON.stringify(page)}\n`),
    answer: async (): Promise<Record<string, unknown>> => {
      const { value, done } = await answers.next();
      if (!done) return JSON.parse(value);
      throw new PlaygroundError({
        code: "unsupported",
        message: ended,
        doing: "comparing target generation",
        next: "Install them (Debian: apt-get install python3-numpy python3-opencv python3-pyclipper), or name another interpreter with PYTHON.",
      });
    },
    end: () => void python.kill(),
  };
}
