// The WASM engine in Node against PyTorch on the same processor: the same net, weights, batches and optimiser, one step of each
// in turn. Needs python3 with torch (Debian: apt-get install python3-torch); PYTHON names another interpreter.
//   npx tsx cli/bench/wasm-pytorch.ts [--net A|B|S] [--threads 1] [--rounds 20]

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { PlaygroundError } from "../../src/core/index.ts";
import { type Engine, wasmFactory } from "../../src/engine/index.ts";
import { wasmInNode } from "../wasm-in-node.ts";
import { batchOf, floatsOf, settingsOf } from "./nets.ts";
import { type NetName, NETS, percentile, timesOf } from "./types.ts";

const LEARNING_RATE = 1e-3;
const WARM_UP = 3;

const { values } = parseArgs({
  options: {
    net: { type: "string", default: "A" },
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "20" },
  },
});
const net = NETS.find((name) => name === values.net);
const [threads, rounds] = [Number(values.threads), Number(values.rounds)];
if (net === undefined || !(threads >= 1) || !(rounds >= 2)) {
  console.error("--net is A, B or S; --threads at least 1; --rounds at least 2.");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "wasm-pytorch-"));
try {
  await compare(net, threads, rounds);
} catch (thrown) {
  if (!(thrown instanceof PlaygroundError)) throw thrown;
  console.error(`${thrown.data.message} ${thrown.data.next}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(name: NetName, threads: number, rounds: number): Promise<void> {
  const settings = settingsOf(name);
  const batches = Array.from({ length: WARM_UP + rounds }, (_, round) => batchOf(settings, round));
  const { graph, initialWeights, batchSize, sizePx, loss, optimizer } = settings;
  const { nodes, parameters, outputs } = graph;
  const task = {
    nodes,
    parameters,
    outputs,
    batchSize,
    sizePx,
    loss,
    optimizer,
    learningRate: LEARNING_RATE,
  };
  writeFileSync(join(folder, "task.json"), JSON.stringify(task));
  const weights = parameters.map((each) => bytesOf(initialWeights.get(each.name)));
  writeFileSync(join(folder, "weights.bin"), Buffer.concat(weights));
  for (const [index, batch] of batches.entries()) {
    for (const [part, floats] of Object.entries(floatsOf(batch, settings, "NCHW")))
      writeFileSync(join(folder, `${index}-${part}.bin`), new Uint8Array(floats.buffer));
  }
  const python = startPython(threads);
  let engine: Engine | undefined;
  const [ours, theirs, differences]: number[][] = [[], [], []];
  let version: unknown;
  try {
    ({ version } = await python.answer());
    engine = await wasmFactory(wasmInNode).build({ ...settings, threads }, () => undefined);
    for (const [index, batch] of batches.entries()) {
      python.ask(index);
      const { ms, loss: expected } = await python.answer();
      const start = performance.now();
      const { total } = await engine.step(batch, LEARNING_RATE).loss;
      const took = performance.now() - start;
      differences?.push(Math.abs(total / Number(expected) - 1));
      if (index < WARM_UP) continue;
      ours?.push(took);
      theirs?.push(Number(ms));
    }
  } finally {
    engine?.dispose();
    python.end();
  }
  const [mine, other] = [timesOf(ours ?? []), timesOf(theirs ?? [])];
  const ratios = (ours ?? []).map((ms, index) => ms / (theirs?.[index] ?? Number.NaN));
  const show = ({ medianMs, p10Ms, p90Ms, n }: typeof mine): string =>
    `${medianMs.toFixed(1)} ms (${p10Ms.toFixed(1)} to ${p90Ms.toFixed(1)}, n ${n})`;
  console.log(`Net ${name}, ${engine.info.adapter}: ${show(mine)}`);
  console.log(`PyTorch ${version}, ${threads} threads: ${show(other)}`);
  console.log(
    `WASM / PyTorch ${(mine.medianMs / other.medianMs).toFixed(2)}; step by step ${percentile(ratios, 0.5).toFixed(2)} ` +
      `(${percentile(ratios, 0.1).toFixed(2)} to ${percentile(ratios, 0.9).toFixed(2)}); ` +
      `losses differ by ${Math.max(...(differences ?? []).slice(0, 5)).toExponential(1)} in the first 5 steps`,
  );
}

interface Python {
  /** A step on this batch, which `answer` then tells of. */
  ask(batch: number): void;
  /** Throws PlaygroundError "unsupported" where Python does not start or has ended. */
  answer(): Promise<Record<string, unknown>>;
  end(): void;
}

function startPython(threads: number): Python {
  const command = process.env.PYTHON ?? "python3";
  const script = join(import.meta.dirname, "pytorch-step.py");
  const python = spawn(command, [script, folder, String(threads)], { stdio: ["pipe", "pipe", "inherit"] });
  let ended = `${command} with torch ended early; its message stands above.`;
  python.once("error", ({ message }) => {
    ended = `${command} cannot be started (${message}).`;
  });
  // Whoever writes to a Python that has ended learns it from the missing answer.
  python.stdin.on("error", () => undefined);
  const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  return {
    ask: (batch) => {
      python.stdin.write(`${batch}\n`);
    },
    answer: async () => {
      const { value, done } = await answers.next();
      if (!done) return JSON.parse(value);
      throw new PlaygroundError({
        code: "unsupported",
        message: ended,
        doing: "comparing with PyTorch",
        next: "Install torch (Debian: apt-get install python3-torch), or name another interpreter with PYTHON.",
      });
    },
    end: () => python.kill(),
  };
}

function bytesOf(values: Float32Array | undefined): Uint8Array {
  return values === undefined
    ? new Uint8Array()
    : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
