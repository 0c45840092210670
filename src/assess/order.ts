// The order of arms in a block: Williams' Latin squares (1949). Over a whole square every arm stands once in every place and
// follows every other arm equally often, so neither drift nor what an arm leaves behind favours anybody.

import { randomFrom } from "../core/index.ts";

/** Order of the items in block `block` (from 0): a permutation. Squares are relabelled and their rows shuffled by the seed. */
export function blockOrder<T>(items: readonly T[], seed: number, block: number): T[] {
  const rows = williamsRows(items.length);
  const square = Math.floor(block / rows.length);
  const random = randomFrom(seed, "latin square", square);
  const names = random.shuffled(items);
  const row = random.shuffled(rows)[block % rows.length] ?? [];
  return row.map((place) => names[place] as T);
}

/**
 * All items in an order that the seed draws anew for each block, then back again: what grows steadily favours nobody within a block, and
 * blocks have nothing in common, so each is one independent sample.
 */
export function thereAndBack<T>(items: readonly T[], seed: number, block: number): T[] {
  const there = randomFrom(seed, "there and back", block).shuffled(items);
  return [...there, ...there.toReversed()];
}

/** n rows for even n, 2n for odd n (each square and its mirror image). */
export function williamsRows(n: number): number[][] {
  const zigzag = Array.from({ length: n }, (_, i) => (i % 2 === 1 ? (i + 1) / 2 : (n - i / 2) % n));
  const square = Array.from({ length: n }, (_, row) => zigzag.map((place) => (place + row) % n));
  return n % 2 === 0 ? square : [...square, ...square.map((row) => [...row].reverse())];
}
