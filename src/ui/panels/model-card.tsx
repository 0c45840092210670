// The network that the next run builds, read from the built graph itself: blocks, what leaves them, parameters, multiply-adds.

import { useMemo } from "react";
import { buildGraph, describeGraph, pretrainedModel, type Block } from "../../graph/index.ts";
import { big, count } from "../format.ts";
import { useApp } from "../use-app.ts";
import { Card } from "../widgets/card.tsx";

const BLOCK_WORDS: Readonly<Record<Block, string>> = {
  encoder: "Encoder",
  neck: "Neck",
  probabilityHead: "Probability head",
  thresholdHead: "Threshold head",
};

export function ModelCard() {
  const init = useApp(({ settings }) => settings.resolved.config.model.init);
  return init === "scratch" ? <BuiltCard /> : <PretrainedCard init={init} />;
}

const TRAINS = {
  all: "All of it trains",
  neckAndHead: "Neck and head train, the encoder is frozen",
  head: "The head trains, encoder and neck are frozen",
} as const;

/** The detector that the next run begins from: a file, so what it holds is told when it has been read. */
function PretrainedCard({ init }: { readonly init: string }) {
  const train = useApp(({ settings }) => settings.resolved.config.model.train);
  const sizePx = useApp(({ settings }) => settings.resolved.config.model.inputSizePx);
  const model = pretrainedModel(init);
  const prepared = model?.preprocessing;
  return (
    <Card
      title="Network, pretrained"
      aside={<span className="small muted figures">{`${sizePx} × ${sizePx} px`}</span>}
    >
      <p>
        <strong>{model?.label ?? "A model file"}</strong>
        {model === undefined
          ? "."
          : `, ${(model.sizeBytes / 1e6).toFixed(1)} MB, ${model.licence} by ${model.author}.`}
      </p>
      <p>{`${TRAINS[train]}; batch norm keeps its statistics.`}</p>
      {prepared === undefined ? null : (
        <p className="small muted">
          {`Pages as ${prepared.channels.toUpperCase()}, mean ${prepared.mean.join(", ")}, deviation ${prepared.deviation.join(", ")}.`}
        </p>
      )}
    </Card>
  );
}

function BuiltCard() {
  const name = useApp(({ settings }) => settings.resolved.config.model.name);
  const sizePx = useApp(({ settings }) => settings.resolved.config.model.inputSizePx);
  const model = useMemo(() => describeGraph(buildGraph(name), sizePx), [name, sizePx]);
  return (
    <Card
      title="Network, as built"
      aside={<span className="small muted figures">{`${sizePx} × ${sizePx} px`}</span>}
    >
      <p>
        <strong>{model.name}</strong>
        {`, ${big(model.parameters)} parameters, ${big(model.multiplyAdds)} multiply-adds a page.`}
      </p>
      <div className="scroll-x">
        <table className="facts small figures">
          <thead>
            <tr>
              <th scope="col">block</th>
              <th scope="col">output</th>
              <th scope="col" className="end">
                parameters
              </th>
              <th scope="col" className="end">
                multiply-adds
              </th>
            </tr>
          </thead>
          <tbody>
            {model.blocks.map(({ block, outputs, parameters, multiplyAdds }) => (
              <tr key={block}>
                <th scope="row">{BLOCK_WORDS[block]}</th>
                <td>{outputs.map(({ channels, heightPx }) => `${channels} × ${heightPx}²`).join(", ")}</td>
                <td className="end">{count(parameters)}</td>
                <td className="end">{big(multiplyAdds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
