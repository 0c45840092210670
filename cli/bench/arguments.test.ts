import { afterEach, expect, it, vi } from "vitest";
import { run } from "../bench.ts";

const [benchPipeline, benchEngines] = vi.hoisted(() => [vi.fn(), vi.fn()]);
vi.mock("./pipeline.ts", () => ({ benchPipeline }));
vi.mock("./engine.ts", () => ({ benchEngines }));

afterEach(() => {
  vi.clearAllMocks();
  vi.restoreAllMocks();
});

it.each(["engine", "pipeline"])("refuses rounds that are no number of them: %s", async (suite) => {
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  for (const rounds of ["abc", "-3", "1", "2.5"])
    expect(await run(["--suite", suite, `--rounds=${rounds}`])).toBe(2);
  expect(said).toHaveBeenCalledWith("--rounds must be a whole number, at least 2.");
  expect(benchPipeline).not.toHaveBeenCalled();
  expect(benchEngines).not.toHaveBeenCalled();
  expect(await run(["--suite", suite, "--rounds", "3"])).toBe(0);
  expect(benchPipeline.mock.calls.length + benchEngines.mock.calls.length).toBe(1);
});
