// Pages on their way to a loader thread: a file on disk goes as its path, because what reads it cannot be sent.

import type { LoaderSetup } from "../../../src/batch/index.ts";
import type { Page } from "../../../src/dataset/index.ts";
import { type DiskFile, diskFile } from "../../disk-file.ts";

export interface PostedSetup extends Omit<LoaderSetup, "pages"> {
  readonly pages: readonly (Omit<Page, "file"> & { readonly file: Blob | { readonly path: string } })[];
}

/** What can be posted. Pages that were drawn are Blobs, which threads share. */
export function posted(setup: LoaderSetup): PostedSetup {
  return {
    ...setup,
    pages: setup.pages.map((page) => {
      const file = page.file instanceof Blob ? page.file : { path: (page.file as DiskFile).path };
      return { ...page, file };
    }),
  };
}

export function received(setup: PostedSetup): LoaderSetup {
  return {
    ...setup,
    pages: setup.pages.map((page) => {
      const file = page.file instanceof Blob ? page.file : diskFile(page.file.path);
      return { ...page, file };
    }),
  };
}
