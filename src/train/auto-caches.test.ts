import { expect, it } from "vitest";
import { resolveOrThrow } from "../config/index.ts";
import { polygonIn } from "../core/index.ts";
import type { Dataset, Page } from "../dataset/index.ts";
import { withAutoCaches } from "./auto-caches.ts";
import type { StartRequest } from "./types.ts";

const page = (id: string): Page => ({
  ...{ id, name: id, orientation: 1, size: { widthPx: 1000, heightPx: 1000 }, labelSpace: "either" },
  file: { size: 1, type: "image/png", arrayBuffer: async () => new ArrayBuffer(1) },
  words: [{ polygon: polygonIn("upright", [0, 0, 9, 0, 9, 9, 0, 9]), ignore: false, text: null }],
});

function decided(values: Record<string, unknown>) {
  const base = { "train.length.unit": "epochs", "train.length.count": 10, "augment.rotateDeg": 10 };
  const layer = { layer: "file", from: "test", values: { ...base, ...values } } as const;
  const dataset = { train: [page("a"), page("b")], validation: [page("c")] } as unknown as Dataset;
  const { resolved } = resolveOrThrow({ layers: [layer] });
  const { request, says } = withAutoCaches({ resolved, dataset } as StartRequest);
  return { features: request.resolved.config.features, says };
}

it("turns on what pays, leaves off what does not, and says why of each", () => {
  const { features, says } = decided({ "features.cacheAuto": true, "features.imageCacheBytes": 1e6 });
  expect(features).toMatchObject({ polygonCache: true, imageCache: false, mapCache: false });
  expect(says).toHaveLength(4);
  expect(says[0]).toMatch(/^Polygon cache: turned on automatically\. It needs .* and 90 % of all/);
  expect(says[1]).toMatch(/^Image cache: left off\. .*does not fit/);
  expect(says[2]).toMatch(/rotation/);
});

it("decides nothing unless it may, and nothing of what is on", () => {
  expect(decided({})).toMatchObject({ features: { polygonCache: false }, says: [] });
  const { features, says } = decided({
    "features.cacheAuto": true,
    "features.imageCache": true,
    "train.length.count": 1,
  });
  expect(features).toMatchObject({ polygonCache: false, imageCache: true });
  expect(says).toHaveLength(3);
});
