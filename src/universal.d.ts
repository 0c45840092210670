// The few globals that browsers, workers and Node share and that pure rooms may use.
// Rooms 0-4 compile with this file instead of the DOM or worker libraries, which proves that they are pure.

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: ArrayBufferView | ArrayBuffer): string;
}

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}

declare const performance: { now(): number };
