// Networks and weights to and from files of the field.

export {
  type ImportedDetector,
  MOST_FILE_BYTES,
  type NotTrainable,
  type OnnxDescription,
  type OnnxFile,
  readOnnx,
} from "./onnx/read.ts";
export { type OnnxNotes, writeOnnx } from "./onnx/write.ts";
