// Networks and weights to and from files of the field.

export {
  type ImportedDetector,
  MOST_FILE_BYTES,
  readOnnx,
} from "./onnx/read.ts";
export { describeOnnx } from "./onnx/contents.ts";
export { writeOnnx } from "./onnx/write.ts";
export { readCheckpoint, type TrainedModel, writeCheckpoint } from "./checkpoint.ts";
export { readSafetensors } from "./safetensors.ts";
export { writeTorch } from "./torch.ts";
