// What an importer is: it turns one label file into words in the label file's own numbers, and knows nothing of pictures.

import type { Result } from "../../core/index.ts";

/** A label file opened: text always, JSON only if somebody asks. */
export interface LabelSource {
  /** As it came; plain data. */
  readonly path: string;
  /** Last part of the path in small letters, e.g. "gt_img_1.txt". */
  readonly baseName: string;
  readonly text: string;
  /** The text starts like JSON or the name says so. */
  readonly isJson: boolean;
  /** Parsed once. */
  json(): Result<unknown, string>;
}

export interface Importer {
  /** Stable, e.g. "icdar2015". */
  readonly id: string;
  /** For people. */
  readonly label: string;
  /** Decides by name, then by content; may be wrong only about files that `read` refuses. */
  recognises(source: LabelSource): boolean;
  /** An error is one sentence: nothing of the file can be used. */
  read(source: LabelSource): Result<Labels, string>;
}

export interface Labels {
  readonly pictures: readonly PictureLabels[];
  /** Rows or entries left out, each with line or field and reason. */
  readonly rejected: readonly string[];
  /** Other things to tell. */
  readonly warnings: readonly string[];
}

export interface PictureLabels {
  readonly picture: PictureName;
  /** The size that the label file claims for the picture. */
  readonly declaredSize: { readonly widthPx: number; readonly heightPx: number } | null;
  readonly words: readonly LabelledWord[];
  /** Entries left out, each with line or field and reason. */
  readonly rejected: readonly string[];
}

/** How a label file points to its picture: by file name, or by its own name without the ending, the likeliest first. */
export type PictureName =
  | { readonly by: "file"; readonly name: string }
  | { readonly by: "stem"; readonly stems: readonly string[] };

export interface LabelledWord {
  /** Line or field, for messages. */
  readonly where: string;
  /** Cleaned, finite, in the label file's numbers. */
  readonly xy: Float64Array<ArrayBuffer>;
  readonly crossesItself: boolean;
  readonly ignore: boolean;
  readonly text: string | null;
}

/** The usual mark of text that nobody can read. */
export const UNREADABLE = "###";
