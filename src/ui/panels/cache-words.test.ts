import { expect, it } from "vitest";
import { benefitSentence, predictionNote } from "./cache-words.ts";

const saving = { meanMs: 2, spreadMs: 0.5, pages: 24 };
const zero = { stepMs: 0, evaluationMs: 0 };

it("gives milliseconds with what they are means of, and no number where nothing was measured", () => {
  const both = { ...{ stepMs: 8, evaluationMs: 40 }, train: saving, validation: saving };
  expect(benefitSentence(both)).toBe(
    "Predicted to save 8.00 ms of loading a step (2.00 ms ± 0.50 ms a page, n = 24), " +
      "40.0 ms an evaluation (2.00 ms ± 0.50 ms a page, n = 24).",
  );
  expect(predictionNote(3)).toMatch(
    / A step waits 3.00 ms for its pages, so it can hardly become shorter by more\.$/,
  );
  const half = { ...zero, train: "not measured", validation: saving } as const;
  expect(benefitSentence(half)).toMatch(/an evaluation .* Training pages are not measured yet\.$/);
  for (const nothing of [null, { ...zero, train: "not measured", validation: null } as const])
    expect(benefitSentence(nothing)).not.toMatch(/\d/);
  expect(benefitSentence({ ...zero, train: null, validation: null })).toMatch(/another cache/);
});
