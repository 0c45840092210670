// The order in which a detected rectangle lists its corners: top left, top right, bottom right, bottom left, as
// get_mini_boxes of both references decides it (left pair and right pair by x, then by y within each pair).

/** `corners`: four points. A new array. */
export function orderedQuad(corners: Float32Array): Float32Array<ArrayBuffer> {
  const order = [0, 1, 2, 3].sort((p, q) => x(corners, p) - x(corners, q)) as [
    number,
    number,
    number,
    number,
  ];
  const [p, q, r, s] = order;
  const [topLeft, bottomLeft] = y(corners, q) > y(corners, p) ? [p, q] : [q, p];
  const [topRight, bottomRight] = y(corners, s) > y(corners, r) ? [r, s] : [s, r];
  const ordered = new Float32Array(8);
  [topLeft, topRight, bottomRight, bottomLeft].forEach((from, to) => {
    ordered[2 * to] = x(corners, from);
    ordered[2 * to + 1] = y(corners, from);
  });
  return ordered;
}

function x(corners: Float32Array, index: number): number {
  return corners[2 * index] as number;
}

function y(corners: Float32Array, index: number): number {
  return corners[2 * index + 1] as number;
}
