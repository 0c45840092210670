// ONNX models on pages, through onnxruntime-web.

export { type DetectedMap, type PageDetections, readDetections, type SetDetections } from "./detect.ts";
export { type InferSession, openSession, type SessionOptions } from "./session.ts";
