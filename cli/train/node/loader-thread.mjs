// The door of a loader thread. Plain JavaScript on purpose: a new thread reads no TypeScript before it is told how.

import { register } from "tsx/esm/api";

register();
await import("./loader-worker.ts");
