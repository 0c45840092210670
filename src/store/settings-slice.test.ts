import { describe, expect, it } from "vitest";
import { encodeLink, openLink } from "../config/index.ts";
import { initialSettings, withLink, withPreset, withResolved, withValue } from "./settings-slice.ts";

const from = (settings: typeof initialSettings, path: string) => settings.resolved.provenance[path]?.from;

describe("settings", () => {
  it("a value set on the screen says so, and setting it back forgets it", () => {
    const before = initialSettings.resolved.config.train.batchSize;
    const changed = withValue(initialSettings, "train.batchSize", before + 1);
    expect(changed.resolved.config.train.batchSize).toBe(before + 1);
    expect(from(changed, "train.batchSize")).toBe("you");
    const back = withValue(changed, "train.batchSize", before);
    expect(from(back, "train.batchSize")).toBe("preset quick");
    expect(back.resolved.config).toEqual(initialSettings.resolved.config);
  });

  it("mends a broken rule as the rule offers, and says it", () => {
    const changed = withValue(initialSettings, "targets.thresholdMin", 0.8);
    expect(changed.resolved.config.targets).toMatchObject({ thresholdMin: 0.7, thresholdMax: 0.8 });
    expect(changed.notices.join(" ")).toContain("targets.thresholdMin");
  });

  it("leaves a value of the wrong type as it was, with the reason", () => {
    const changed = withValue(initialSettings, "train.batchSize", "many");
    expect(changed.resolved).toBe(initialSettings.resolved);
    expect(changed.notices[0]).toContain("train.batchSize");
  });

  it("drops the prefetch with the last loader", () => {
    const some = withValue(withValue(initialSettings, "loader.workers", 2), "loader.prefetch", 5);
    expect(some.resolved.config.loader).toEqual({ workers: 2, prefetch: 5 });
    expect(withValue(some, "loader.workers", 0).resolved.config.loader).toEqual({ workers: 0 });
  });

  it("another preset takes everything with it", () => {
    const changed = withPreset(withValue(initialSettings, "train.seed", 7), "balanced");
    expect(changed.resolved.preset).toBe("balanced");
    expect(changed.resolved.config.train.seed).toBe(42);
  });

  it("keeps a link's values under what is set on the screen", () => {
    const linked = withLink(openLink("#c=quick&train.seed=7&nonsense=1"));
    expect(linked.notices).toHaveLength(1);
    const changed = withValue(linked, "train.batchSize", 3);
    expect(changed.resolved.config.train).toMatchObject({ seed: 7, batchSize: 3 });
    expect(from(changed, "train.seed")).toBe("the link");
    expect(from(changed, "train.batchSize")).toBe("you");
    const again = openLink(encodeLink(changed.resolved)).resolved;
    expect(again.config).toEqual(changed.resolved.config);
  });

  it("takes a configuration resolved elsewhere as it is, and builds on it", () => {
    const given = withValue(initialSettings, "train.seed", 9).resolved;
    const settings = withResolved(given);
    expect(settings.resolved).toBe(given);
    expect(withValue(settings, "train.batchSize", 3).resolved.config.train).toMatchObject({
      seed: 9,
      batchSize: 3,
    });
  });
});
