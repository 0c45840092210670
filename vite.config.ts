// Builds the app and its workers, serves them isolated, and defines the three test projects.
// unit: pure rooms in Node · browser: what needs a GPU or a canvas, in one Chromium · e2e: the built app, driven.

import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumFlags, findChromium } from "./cli/chromium.ts";
import { isolationHeaders, securityPolicy } from "./cli/headers.ts";
import { wasmKernels } from "./cli/vite-wasm-kernels.ts";

const sharedDir = resolve(import.meta.dirname, "../shared");

export default defineConfig({
  plugins: [react(), wasmKernels()],
  worker: {
    format: "es",
    plugins: () => [wasmKernels()],
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  // Loaded lazily by the engine; named here so that the dev server prepares them at once instead of reloading midway.
  optimizeDeps: {
    include: [
      "@tensorflow/tfjs-core",
      "@tensorflow/tfjs-core/dist/register_all_gradients.js",
      "@tensorflow/tfjs-backend-cpu",
      "@tensorflow/tfjs-backend-webgl",
      "@tensorflow/tfjs-backend-webgpu",
    ],
    // Finds its WASM beside itself.
    exclude: ["onnxruntime-web"],
  },
  build: {
    target: "chrome128",
    chunkSizeWarningLimit: 4000,
    assetsInlineLimit: 0,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { headers: isolationHeaders, fs: { allow: [import.meta.dirname, sharedDir] } },
  preview: { headers: { ...isolationHeaders, "Content-Security-Policy": securityPolicy } },
  define: { __SHARED_DIR__: JSON.stringify(process.env.VITEST ? sharedDir : "") },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          environment: "node",
          include: ["src/**/*.test.ts", "cli/**/*.test.ts"],
          exclude: ["**/*.browser.test.ts", "node_modules/**"],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["{src,workers}/**/*.browser.test.ts", "tests/gpu/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: findChromium() ?? "", args: chromiumFlags },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          environment: "node",
          include: ["tests/e2e/**/*.test.ts", "tests/faults/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
