// Runs in the browser: starts the worker in which the race is run, and leaves the report in the page for the command line.

const query = new URLSearchParams(location.search);
const worker = new Worker(new URL("./race.worker.ts", import.meta.url), { type: "module" });
const leave = (report: unknown): void => {
  document.documentElement.dataset.report = JSON.stringify(report);
};
worker.addEventListener("error", ({ message }) => leave({ error: `the worker broke: ${message}` }));
worker.addEventListener("message", ({ data }) => {
  if ("line" in data) console.log(data.line);
  else leave("report" in data ? data.report : { error: data.error });
});
worker.postMessage({
  net: query.get("net"),
  rounds: Number(query.get("rounds")),
  contestants: (query.get("contestants") ?? "").split(","),
});
