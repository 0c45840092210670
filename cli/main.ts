// Chooses the command. Each is a module with `run(args) → exit code`, loaded only when asked for.

interface Command {
  run(args: readonly string[]): Promise<number>;
}

const COMMANDS: Readonly<Record<string, { says: string; load: () => Promise<Command> }>> = {
  start: { says: "build, serve and open the playground", load: () => import("./start.ts") },
  dev: { says: "serve the sources with reload, for developers", load: () => import("./dev.ts") },
  test: { says: "the whole test suite", load: () => import("./test.ts") },
  train: { says: "train without a screen and write a report", load: () => import("./train.ts") },
  assess: {
    says: "measure what each switch costs and gains, and write a report",
    load: () => import("./assess.ts"),
  },
  "check-data": {
    says: "judge pictures and label files without training",
    load: () => import("./check-data.ts"),
  },
  evaluate: { says: "score a file of predictions", load: () => import("./evaluate.ts") },
  export: {
    says: "write what a run has learnt as ONNX, safetensors or Python",
    load: () => import("./export.ts"),
  },
  detect: { says: "run any ONNX detector on pages and score it", load: () => import("./detect.ts") },
  verify: {
    says: "compare with reference outputs of the original implementations",
    load: () => import("./verify.ts"),
  },
  bench: { says: "measure speed", load: () => import("./bench.ts") },
};

const [wanted = "", ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, wanted) ? COMMANDS[wanted] : undefined;
if (command === undefined) {
  console.error(wanted === "" ? "Which command?" : `There is no command "${wanted}".`);
  for (const [known, { says }] of Object.entries(COMMANDS))
    console.error(`  npm run ${known.padEnd(11)} ${says}`);
  process.exit(2);
}
const { run } = await command.load();
process.exitCode = await run(args);

export {};
