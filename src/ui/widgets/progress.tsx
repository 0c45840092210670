// Progress in words and as a bar: determinate whenever the total is known.

import { progressSentence } from "../sentences.ts";

interface Props {
  readonly doing: string;
  readonly done: number;
  readonly total: number;
}

export function Progress({ doing, done, total }: Props) {
  const sentence = progressSentence(doing, done, total);
  return (
    <div className="progress">
      <span>{sentence}</span>
      {total > 0 ? (
        <progress value={done} max={total} aria-label={sentence} />
      ) : (
        <progress aria-label={sentence} />
      )}
    </div>
  );
}
