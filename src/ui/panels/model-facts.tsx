// The card of an opened model: what the file holds, how it wants its pages, what runs it, whether it can be trained further.

import type { OpenedModel } from "../../protocol/index.ts";
import { bytes, count, duration, plural } from "../format.ts";

export function ModelFacts({ opened }: { readonly opened: OpenedModel }) {
  const { facts, session } = opened;
  const { preprocessing: prepared } = facts;
  const assumed = facts.preparedAs === "assumed, as PaddleOCR";
  const operators = facts.operators.map(({ op, count: times }) => `${op} ${times}`).join(", ");
  return (
    <section aria-label="The opened model">
      <h3>{facts.label}</h3>
      <p className={session.ok ? "" : "verdict-refused"}>
        {session.ok
          ? `Runs in onnxruntime on ${session.provider === "wasm" ? `the processor, ${plural(session.threads, "thread")}` : "the graphics card"}; opened in ${duration(session.createMs)}. ${session.why}`
          : `${session.error.message} ${session.error.cause}`}
      </p>
      <p className={facts.notTrainable === null ? "verdict-accepted" : "verdict-warning"}>
        {facts.notTrainable === null
          ? "It can be trained further here."
          : `${facts.notTrainable.sentence} ${session.ok ? "It is only run." : ""}`}
      </p>
      <dl className="model-facts small">
        <dt>File</dt>
        <dd>{`${bytes(facts.sizeBytes)}, SHA-256 ${facts.sha256.slice(0, 12)}…`}</dd>
        <dt>Licence</dt>
        <dd>{facts.licence === "" ? "the file does not say" : `${facts.licence}, ${facts.author}`}</dd>
        <dt>Made by</dt>
        <dd>{`${facts.producer || "the file does not say"}, operator set ${facts.opset}, IR ${facts.irVersion}`}</dd>
        <dt>Input</dt>
        <dd>{facts.inputs.map(tensor).join("; ")}</dd>
        <dt>Output</dt>
        <dd>{facts.outputs.map(tensor).join("; ")}</dd>
        <dt>Pages</dt>
        <dd>
          {`${prepared.channels.toUpperCase()}, mean ${prepared.mean.join(", ")}, deviation ${prepared.deviation.join(", ")}, sides a multiple of 32 (${facts.preparedAs})`}
          {assumed && ": check it where the boxes look wrong"}
        </dd>
        <dt>Parameters</dt>
        <dd className="figures">{count(facts.parameters)}</dd>
        <dt>Operators</dt>
        <dd>
          <details>
            <summary>{count(facts.operatorCount)}</summary>
            {operators}
          </details>
        </dd>
      </dl>
    </section>
  );
}

function tensor({ name, dims }: { readonly name: string; readonly dims: readonly (number | string)[] }) {
  return `${name} [${dims.map((side) => (side === "" ? "?" : side)).join(", ")}]`;
}
