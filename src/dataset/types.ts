// Pages and their words, however they came: drawn by synth/, read by an importer.

import type { Polygon, Size } from "../core/index.ts";

/** Unique within a dataset and stable across sessions; foreign file names are plain data in it. */
export type PageId = string;

export interface Word {
  /** In upright pixels; runs clockwise on the screen from the top left where the source says so, else as published. */
  readonly polygon: Polygon<"upright">;
  /** Don't-care text: neither rewarded nor punished. */
  readonly ignore: boolean;
  /** null where the source has none. */
  readonly text: string | null;
}

/** EXIF orientation tag; 1 where the file has none. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** In which space the label file's numbers were: "either" where both are the same (orientation 1). */
export type LabelSpace = "upright" | "stored" | "either";

export interface Page {
  readonly id: PageId;
  /** For people. */
  readonly name: string;
  /** The encoded picture (JPEG, PNG, WebP) exactly as it came; shared by reference between threads. */
  readonly file: PageFile;
  readonly orientation: Orientation;
  /** With the orientation applied. */
  readonly size: Size<"upright">;
  readonly words: readonly Word[];
  readonly labelSpace: LabelSpace;
}

/** What this room needs of a Blob. */
export interface PageFile {
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
  /** A part, as Blob.slice: with it, a huge file that is no picture is never read as a whole. */
  slice?(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

export interface Dataset {
  /** "synth-small", or the name of the folder. */
  readonly name: string;
  /** Changes when any picture, label or split does. */
  readonly hash: string;
  readonly train: readonly Page[];
  readonly validation: readonly Page[];
  /** What the importer has to say, one entry for each file looked at. Empty for drawn sets. */
  readonly reports: readonly FileReport[];
}

export type Verdict = "accepted" | "warning" | "partial" | "refused";

/** What became of one file; also the row of `npm run check-data`. */
export interface FileReport {
  readonly file: string;
  readonly verdict: Verdict;
  /** Words kept (labels), 0 for pictures. */
  readonly instances: number;
  /** Of these, don't-care: marked so, or not to be trusted (edges that cross, wholly outside the picture). */
  readonly ignored: number;
  /** Entries left out, each with its reason below. */
  readonly rejected: number;
  /** Upright size of a picture; null for label files and unreadable pictures. */
  readonly width: number | null;
  readonly height: number | null;
  readonly labelSpace: LabelSpace | null;
  /** Sentences with line or field: what is wrong, what was expected, what was kept. */
  readonly reasons: readonly string[];
}

/** Decoded upright pixels. */
export interface Pixels {
  /** width·height·4, RGBA, row-major. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly size: Size<"upright">;
}
