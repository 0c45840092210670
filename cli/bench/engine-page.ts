// Runs in the browser: starts the worker that carries out the order, and leaves its report in the page for the command line.

const worker = new Worker(new URL("./bench.worker.ts", import.meta.url), { type: "module" });
const leave = (report: unknown): void => {
  document.documentElement.dataset.report = JSON.stringify(report);
};
worker.addEventListener("error", ({ message }) => leave({ error: `the worker broke: ${message}` }));
worker.addEventListener("message", ({ data }) => {
  if ("line" in data) console.log(`bench: ${data.line}`);
  else leave("report" in data ? data.report : { error: data.error });
});
worker.postMessage(JSON.parse(new URLSearchParams(location.search).get("order") ?? "{}"));
