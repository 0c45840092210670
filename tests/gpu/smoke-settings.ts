// What the smoke run trains on, and what it must reach. Measured by `npm test -- --project browser`.

export const SMOKE = {
  hmean: 0.5,
  steps: 160,
  settings: {
    preset: "quick",
    "data.set": "synth-tiny",
    "data.kind": "document",
    "data.pageSizePx": 160,
    "data.wordsPerPage": 4,
    "data.difficulty": 0.1,
    "model.inputSizePx": 96,
    "train.length.unit": "steps",
    "train.length.count": 160,
    "evaluation.every.unit": "steps",
    "evaluation.every.count": 20,
    "optimizer.learningRate": 0.008,
    "schedule.kind": "constant",
    "schedule.warmupSteps": 20,
    "loader.workers": 0,
    "engine.kind": "auto",
  },
} as const;
