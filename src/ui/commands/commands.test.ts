import { describe, expect, it } from "vitest";
import { COMMANDS, commandForKey, commandOf } from "./commands.ts";

describe("commands", () => {
  it("have one key each, and no key has two", () => {
    const keys = COMMANDS.flatMap(({ matches }) => matches);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(COMMANDS.map(({ id }) => id)).size).toBe(COMMANDS.length);
    for (const { matches, keys: shown } of COMMANDS) {
      expect(matches.length).toBeGreaterThan(0);
      expect(shown).not.toBe("");
    }
  });

  it("are found by what the keyboard says", () => {
    const id = (key: string, isShift = false) => commandForKey(key, isShift)?.id;
    expect([id(" "), id("s"), id("r"), id("R", true), id("E", true)]).toEqual([
      "train",
      "step",
      "reset",
      "reset-new-seed",
      "previous-error",
    ]);
    expect([id("1"), id("4"), id("["), id("?", true), id("Escape"), id("Enter")]).toEqual([
      "overlay-truth",
      "overlay-boxes",
      "threshold-down",
      "shortcuts",
      "back",
      "inspect",
    ]);
    expect([id("z"), commandForKey("z", false, true)?.id, commandForKey("Z", true, true)?.id]).toEqual([
      undefined,
      "undo",
      "redo",
    ]);
    // Ctrl+R belongs to the browser.
    expect(commandForKey("r", false, true)).toBeUndefined();
    // Caps lock is not Shift.
    expect(id("R")).toBe("reset");
    expect(id("x")).toBeUndefined();
  });

  it("cannot be asked for by a wrong name", () => {
    expect(() => commandOf("nonsense" as never)).toThrow(RangeError);
  });
});
