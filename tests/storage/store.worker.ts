// A worker that keeps a record and reads it again, as a loader would.

import { openStore } from "../../src/storage/index.ts";

const store = openStore<string>({
  ...{ namespace: "test", name: "from a worker", version: 1 },
  isValue: (value) => typeof value === "string",
});

self.addEventListener("message", async ({ data }: MessageEvent<string>) => {
  const put = await store.putMany([["greeting", data]]);
  self.postMessage([put, await store.get("greeting")]);
});
