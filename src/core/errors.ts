// The one shape in which an error crosses threads and reaches the screen: a code and the five sentences a person needs.
// Rooms throw PlaygroundError; whatever else is thrown becomes code "internal" at the boundary.

export type ErrorCode =
  | "no-webgpu"
  | "adapter-refused"
  | "device-lost"
  | "out-of-memory"
  | "shader"
  | "not-finite"
  | "bad-config"
  | "bad-file"
  | "bad-dataset"
  | "unsupported"
  | "worker-died"
  | "cancelled"
  | "internal";

export interface ErrorData {
  readonly code: ErrorCode;
  /** One sentence: what happened. */
  readonly message: string;
  /** The file, line, field, page or shader concerned; empty when there is none. */
  readonly what: string;
  /** What the program was doing. */
  readonly doing: string;
  /** What was kept. */
  readonly kept: string;
  /** What the person can do next. */
  readonly next: string;
  /** Text of the underlying error, for the folded details. */
  readonly cause: string;
}

export class PlaygroundError extends Error {
  readonly data: ErrorData;

  constructor(data: Pick<ErrorData, "code" | "message"> & Partial<ErrorData>) {
    super(data.message);
    this.name = "PlaygroundError";
    this.data = { what: "", doing: "", kept: "", next: "", cause: "", ...data };
  }
}

/** Turns anything thrown into ErrorData; `doing` is used when the error does not say it itself. */
export function toErrorData(thrown: unknown, doing: string): ErrorData {
  if (thrown instanceof PlaygroundError) {
    return thrown.data.doing === "" ? { ...thrown.data, doing } : thrown.data;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const cause = thrown instanceof Error ? (thrown.stack ?? "") : "";
  return { code: "internal", message, what: "", doing, kept: "", next: "", cause };
}
