// The polygon tier's persistent side: reads an entry before the first look-up of its page, writes what was built. Whatever is
// wrong with a record (another format, torn, another key) makes a miss and a notice, never an error.

import { type GeometryCache, type GeometryKey, isPageGeometry, type PageGeometry } from "../targets/index.ts";
import type { EntryStore } from "./entry-store.ts";

/** Of the records' layout: raised when PageGeometry changes its arrays. */
export const RECORD_FORMAT = 1;

export interface PolygonStore {
  /** Brings the page's entry into memory if it is stored and sound; asks once for each page. */
  restore(key: GeometryKey): Promise<void>;
  keep(key: GeometryKey, geometry: PageGeometry): void;
  /** Bytes freed. */
  clear(): Promise<number>;
}

export function createPolygonStore(
  open: () => Promise<EntryStore>,
  cache: GeometryCache,
  notice: (sentence: string) => void,
): PolygonStore {
  const asked = new Set<string>();
  const opened = open().catch((thrown: unknown) => {
    notice(`The browser's storage cannot be opened, so polygons are kept in memory only: ${textOf(thrown)}`);
    return undefined;
  });

  const read = async (key: GeometryKey): Promise<void> => {
    const store = await opened;
    const record = (await store?.get(nameOf(key.page))) as Partial<Record<string, unknown>> | undefined;
    if (record === undefined) return;
    const { format, parts, payload } = record;
    if (format !== RECORD_FORMAT) {
      const detail = `the stored record has format ${String(format)}, this version reads ${RECORD_FORMAT}`;
      cache.refuse(key.page, detail);
      notice(`Stored polygons of another version were left aside (${detail}); they are built anew.`);
      return;
    }
    if (!isPageGeometry(payload) || !isParts(parts)) {
      cache.refuse(key.page, "the stored record is damaged");
      notice("Damaged records in the browser's storage were left aside; they are built anew.");
      return;
    }
    cache.restore(parts, payload, payload.sizeBytes);
  };

  return {
    restore: async (key) => {
      if (asked.has(key.page)) return;
      asked.add(key.page);
      await read(key).catch((thrown: unknown) => {
        cache.storeFailed(key.page, `the record cannot be read: ${textOf(thrown)}`);
        notice(`The browser's storage cannot be read: ${textOf(thrown)}`);
      });
    },
    keep: (key, geometry) => {
      asked.add(key.page);
      void opened.then((store) =>
        store?.put(
          {
            name: nameOf(key.page),
            format: RECORD_FORMAT,
            parts: { ...key },
            payload: geometry,
            bytes: geometry.sizeBytes,
          },
          (reason) => {
            cache.storeFailed(key.page, reason);
            notice(`Polygons could not be stored: ${reason}`);
          },
        ),
      );
    },
    clear: async () => {
      asked.clear();
      return (await (await opened)?.clear()) ?? 0;
    },
  };
}

function nameOf(page: string): string {
  return `polygons ${page}`;
}

function isParts(value: unknown): value is Readonly<Record<string, string | number | boolean>> {
  return typeof value === "object" && value !== null && "page" in value;
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
