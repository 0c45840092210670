import { expect, it, vi } from "vitest";

const close = vi.fn();
vi.mock("vite", () => ({ createServer: async () => ({ listen: async () => undefined, close }) }));
vi.mock("../ensure-chromium.ts", () => ({ ensureChromium: async () => "chromium" }));
vi.mock("playwright", () => ({
  chromium: { launch: () => Promise.reject(new Error("no browser")) },
}));

it("leaves no server behind when the browser does not start", async () => {
  const { withBenchPage } = await import("./page.ts");
  await expect(withBenchPage(async () => undefined)).rejects.toThrow("no browser");
  expect(close).toHaveBeenCalledOnce();
});
