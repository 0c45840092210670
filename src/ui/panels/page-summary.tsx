// Which pages are shown, in words, and what the importer had to say about the files they came from.

import { plural } from "../format.ts";
import { useApp, usePlayground } from "../use-app.ts";

export function PageSummary() {
  const playground = usePlayground();
  const dataset = useApp(({ data }) => data.dataset);
  if (dataset === null) return null;
  const { trainPages, validationPages, trainWords, reports } = dataset;
  const refused = reports.filter(({ verdict }) => verdict === "refused").length;
  return (
    <p className="small muted" title={`Data set ${dataset.name}, hash ${dataset.hash}`}>
      {`${plural(trainPages, "page")} to learn from with ${plural(trainWords, "word")}, ${validationPages} unseen.`}
      {reports.length > 0 && (
        <>
          {" "}
          <button type="button" className="link" onClick={() => playground.setView({ drawer: "files" })}>
            {refused > 0 ? `${plural(refused, "file")} refused` : `${plural(reports.length, "file")} read`}
          </button>
        </>
      )}
    </p>
  );
}
