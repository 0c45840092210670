// Outlines of the regions of a bitmap, holes included, as OpenCV's findContours with RETR_LIST and CHAIN_APPROX_SIMPLE:
// border following by Suzuki and Abe (1985), points where the direction changes, contours in the reverse order of finding.

/** A bitmap with a frame of zeros one pixel wide, so that border following needs no bounds checks. */
export interface FramedBitmap {
  /** (widthPx + 2)·(heightPx + 2) values: 0 background, 1 region. Marked, hence spoilt, by `findContours`. */
  readonly cells: Int8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface Contour {
  /** x0, y0, x1, y1, … in pixel indices of the bitmap. */
  readonly xy: Int32Array;
  /** The outline of a hole, walked on the region's pixels around it. */
  readonly isHole: boolean;
}

/** Visited. */
const MARK = 2;
/** Visited, and the pixel to the right is background: no hole begins behind it. */
const MARK_RIGHT = -126;

/** Directions 0..7: east, north-east, north, north-west, west, south-west, south, south-east. */
const STEP_X = Int32Array.of(1, 1, 0, -1, -1, -1, 0, 1);
const STEP_Y = Int32Array.of(0, -1, -1, -1, 0, 1, 1, 1);

/** A bitmap of zeros of that size. */
export function emptyBitmap(widthPx: number, heightPx: number): FramedBitmap {
  return { cells: new Int8Array((widthPx + 2) * (heightPx + 2)), widthPx, heightPx };
}

/** All outlines, the last found (nearest to the bottom) first. Spoils the bitmap. */
export function findContours(bitmap: FramedBitmap): Contour[] {
  const { cells, widthPx, heightPx } = bitmap;
  const stride = widthPx + 2;
  const follower = new BorderFollower(cells, stride);
  const found: Contour[] = [];
  for (let y = 1; y <= heightPx; y++) {
    let before = 0;
    const end = (y + 1) * stride - 1;
    for (let at = y * stride + 1; at <= end; at++) {
      const cell = cells[at] as number;
      if (cell === before) continue;
      const startsRegion = before === 0 && cell === 1;
      const startsHole = cell === 0 && before >= 1;
      if (startsRegion) found.push({ xy: follower.follow(at, 4), isHole: false });
      else if (startsHole) found.push({ xy: follower.follow(at - 1, 0), isHole: true });
      before = cells[at] as number;
    }
  }
  return found.reverse();
}

class BorderFollower {
  readonly #cells: Int8Array;
  readonly #stride: number;
  readonly #steps: Int32Array;
  #points = new Int32Array(1024);

  constructor(cells: Int8Array, stride: number) {
    this.#cells = cells;
    this.#stride = stride;
    this.#steps = Int32Array.from(STEP_X, (dx, direction) => dx + stride * (STEP_Y[direction] as number));
  }

  /** `start` lies on the border; the search for its neighbour ends in `direction`, where background is known to be. */
  follow(start: number, direction: number): Int32Array {
    const cells = this.#cells;
    const steps = this.#steps;
    let x = (start % this.#stride) - 1;
    let y = Math.floor(start / this.#stride) - 1;
    let heading = direction;
    let last = start;
    do {
      heading = (heading - 1) & 7;
      last = start + (steps[heading] as number);
    } while (cells[last] === 0 && heading !== direction);
    if (cells[last] === 0) {
      cells[start] = MARK_RIGHT;
      return Int32Array.of(x, y);
    }
    let length = 0;
    let at = start;
    let cameFrom = heading ^ 4;
    for (;;) {
      const from = heading;
      let turn = heading;
      let next: number;
      do {
        turn++;
        next = at + (steps[turn & 7] as number);
      } while (cells[next] === 0);
      heading = turn & 7;
      // Passed over the east neighbour while turning: it is background.
      if ((heading - 1) >>> 0 < from) cells[at] = MARK_RIGHT;
      else if (cells[at] === 1) cells[at] = MARK;
      if (heading !== cameFrom) {
        if (length + 2 > this.#points.length) this.#grow();
        this.#points[length++] = x;
        this.#points[length++] = y;
        cameFrom = heading;
      }
      x += STEP_X[heading] as number;
      y += STEP_Y[heading] as number;
      if (next === start && at === last) break;
      at = next;
      heading = (heading + 4) & 7;
    }
    return this.#points.slice(0, length);
  }

  #grow(): void {
    const larger = new Int32Array(this.#points.length * 2);
    larger.set(this.#points);
    this.#points = larger;
  }
}
