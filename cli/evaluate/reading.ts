// What the readers of predictions and truth hand over. Names and ids come from outside and stay plain data.

export interface ForeignWord {
  /** x0, y0, x1, y1, … as written; may be anything that is made of numbers. */
  readonly xy: readonly number[];
  readonly ignore: boolean;
  readonly text: string | null;
}

export interface Reading {
  /** Page name → its words, in the order of the file. */
  readonly pages: Map<string, ForeignWord[]>;
  /** Rows or fields that could not be used, each with file and line or field. */
  readonly problems: string[];
}

/** A file or archive that cannot be used at all; the message is for the person. */
export class UnreadableError extends Error {}

/** The usual mark of text that nobody can read. */
export const UNREADABLE_TEXT = "###";

/** Adds to what a page already has, since a page may be spread over rows. */
export function addWords(
  pages: Map<string, ForeignWord[]>,
  name: string,
  words: readonly ForeignWord[],
): void {
  const known = pages.get(name);
  if (known === undefined) pages.set(name, [...words]);
  else known.push(...words);
}
