import { expect, it } from "vitest";
import type { Sample } from "../batch/index.ts";
import { resolveOrThrow } from "../config/index.ts";
import { FIRST_LOADER_TRACK, STAGES, TRACKS } from "../trace/index.ts";
import { createInstruments } from "./instruments.ts";

const { features } = resolveOrThrow({ preset: "quick", layers: [] }).resolved.config;

it("records what loaders read and wrote on the track of the storage, beside the stages of a sample", () => {
  const instruments = createInstruments({ ...features, profiler: true, profilerDepth: "phases" });
  const timing = {
    ...{ startMs: 100, loadMs: 1, decodeMs: 2, augmentMs: 3, targetsMs: 4 },
    place: { track: FIRST_LOADER_TRACK + 1, uncertaintyMs: 0.1 },
    storageMs: [90, 8, 98.5, 1],
  };
  instruments.tookSamples([{ timing } as unknown as Sample]);
  const batch = instruments.recorder.takeBatch();
  const spans = [...(batch?.names ?? [])].map((name, i) => [
    STAGES[name],
    batch?.tracks[i],
    batch?.starts[i],
    batch?.durations[i],
  ]);
  const loader = FIRST_LOADER_TRACK + 1;
  expect(spans).toEqual([
    ["load", loader, 100, 1],
    ["decode", loader, 101, 2],
    ["augment", loader, 103, 3],
    ["targets", loader, 106, 4],
    ["store", TRACKS.storage, 90, 8],
    ["store", TRACKS.storage, 98.5, 1],
  ]);
});
