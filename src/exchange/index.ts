// Networks and weights to and from files of the field.

export {
  type ImportedDetector,
  MOST_FILE_BYTES,
  type NotTrainable,
  type OnnxDescription,
  type OnnxFile,
  readOnnx,
} from "./onnx/read.ts";
export { describeOnnx, type OnnxContents } from "./onnx/contents.ts";
export { type OnnxNotes, writeOnnx } from "./onnx/write.ts";
export { readCheckpoint, type TrainedModel, writeCheckpoint } from "./checkpoint.ts";
export { readSafetensors, type TensorFile, writeSafetensors } from "./safetensors.ts";
export { writeTorch } from "./torch.ts";
