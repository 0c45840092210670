// Which loader owns a page: rendezvous hashing, so that one more loader takes over only its share and the rest stay put.

import type { PageId } from "../../dataset/index.ts";

/** 0 … count − 1, the same for the same page everywhere. */
export function ownerOf(pageId: PageId, count: number): number {
  let owner = 0;
  let highest = -1;
  for (let index = 0; index < count; index++) {
    const weight = hash32(`${index} ${pageId}`);
    if (weight > highest) {
      highest = weight;
      owner = index;
    }
  }
  return owner;
}

/** A loader's part of the budget; the parts never sum to more than the whole. */
export function shareOfBudget(budgetBytes: number | "unlimited", count: number): number | "unlimited" {
  return budgetBytes === "unlimited" ? "unlimited" : Math.floor(budgetBytes / Math.max(1, count));
}

/** FNV-1a over UTF-16 units, finished as in MurmurHash3 so that near ids spread. */
function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
