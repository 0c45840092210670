// The network that the next run builds, read from the built graph itself: blocks, what leaves them, parameters, multiply-adds.

import { useMemo } from "react";
import { buildGraph, describeGraph, type Block } from "../../graph/index.ts";
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
