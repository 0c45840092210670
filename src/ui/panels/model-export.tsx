// What was learnt, for other programs. An ONNX file is run in onnxruntime beside the engine on real pages before it is offered;
// the greatest difference is shown with it.

import { useEffect, useState } from "react";
import { type ExportedFile, MOST_DIFFERENCE } from "../../store/index.ts";
import { bytes, count, plural } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";

export function ModelExport() {
  const { models } = usePlayground();
  const job = useApp((state) => state.models.job);
  const exported = useApp((state) => state.models.exported);
  const canExport = useApp(
    ({ run }) => run.state.kind === "paused" || run.state.kind === "running" || run.state.kind === "finished",
  );
  const isOff = job !== null || !canExport;
  return (
    <section aria-label="Take along">
      <h3>Take along what was learnt</h3>
      <div className="model-actions">
        <button type="button" className="button" disabled={isOff} onClick={() => void models.export("onnx")}>
          Write ONNX and check it
        </button>
        <button type="button" className="button" disabled={isOff} onClick={() => void models.export("torch")}>
          Write safetensors and dbnet.py
        </button>
      </div>
      {!canExport && <p className="small muted">There is a network to write once a run is prepared.</p>}
      <ul className="model-files small">
        {exported.map((file) => (
          <li key={file.fileName}>
            <FileRow file={file} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FileRow({ file }: { readonly file: ExportedFile }) {
  const { models } = usePlayground();
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    const blob = models.fileOf(file.fileName);
    if (!file.isGood || blob === null) return setAddress(null);
    const url = URL.createObjectURL(blob);
    setAddress(url);
    return () => URL.revokeObjectURL(url);
  }, [models, file]);
  return (
    <>
      {address === null ? (
        <strong className="verdict-refused">{`${file.fileName} is not offered`}</strong>
      ) : (
        <a className="button" href={address} download={file.fileName}>
          {`Save ${file.fileName}`}
        </a>
      )}
      <span>{` ${bytes(file.sizeBytes)}, step ${count(file.step)}. ${checkSentence(file)}`}</span>
    </>
  );
}

function checkSentence({ comparison, fileName }: ExportedFile): string {
  if (comparison === null)
    return fileName.endsWith(".py")
      ? "Plain PyTorch that rebuilds the network and loads model.safetensors."
      : "PyTorch's names and layouts.";
  if (comparison.pages === 0) return "There was no page to try it on.";
  const { maxDifference, meanDifference, pages, sizePx } = comparison;
  const verdict = maxDifference <= MOST_DIFFERENCE ? "within" : "MORE than";
  return `onnxruntime and the engine differ by ${maxDifference.toExponential(1)} at the most and ${meanDifference.toExponential(1)} on average, over ${plural(pages, "unseen page")} of ${sizePx} × ${sizePx} px; ${verdict} the ${MOST_DIFFERENCE.toExponential(0)} that is allowed.`;
}
