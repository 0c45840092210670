// Runs in the browser: hands questions of the command line to the worker in which the executors live, and answers back.

import type { Answer, Question } from "./check.worker.ts";

declare global {
  interface Window {
    /** Rejects with the executor's message. */
    checkReference?: (question: Question) => Promise<Answer>;
  }
}

const worker = new Worker(new URL("./check.worker.ts", import.meta.url), { type: "module" });

window.checkReference = (question) =>
  new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(`the worker broke: ${message}`));
    worker.onmessage = ({ data }: MessageEvent<{ answer: Answer } | { error: string }>) =>
      "answer" in data ? resolve(data.answer) : reject(new Error(data.error));
    worker.postMessage(question);
  });
