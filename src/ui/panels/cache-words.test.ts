import { expect, it } from "vitest";
import { benefitSentence } from "./cache-words.ts";

const saving = { meanMs: 2, spreadMs: 0.5, pages: 24 };
const zero = { stepMs: 0, epochMs: 0, evaluationMs: 0 };

it("gives milliseconds with what they are means of, and no number where nothing was measured", () => {
  const both = { ...{ stepMs: 8, epochMs: 200, evaluationMs: 40 }, train: saving, validation: saving };
  expect(benefitSentence(both, 3)).toBe(
    "Predicted to save, of loading time from the second pass on: 8.00 ms a step, 200 ms an epoch (2.00 ms ± 0.50 ms a page, n = 24); " +
      "40.0 ms an evaluation (2.00 ms ± 0.50 ms a page, n = 24). Means ± standard deviation over pages prepared in this run. " +
      "A step waits 3.00 ms for its pages so far, so it can hardly become shorter by more.",
  );
  const half = { ...zero, train: "not measured", validation: saving } as const;
  expect(benefitSentence(half, null)).toMatch(/an evaluation .* Training pages are not measured yet\.$/);
  for (const nothing of [null, { ...zero, train: "not measured", validation: null } as const])
    expect(benefitSentence(nothing, 3)).not.toMatch(/\d/);
  expect(benefitSentence({ ...zero, train: null, validation: null }, 3)).toMatch(/another cache/);
});
