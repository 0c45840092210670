// Lays an image out so that a convolution's taps are plain shifts: zeros around it, and for stride 2 even and odd rows and
// columns in planes of their own. Element (row, column) of plane (a, b) is image(stride·row + a − padding, stride·column +
// b − padding). A convolution then reads consecutive floats whatever its kernel, stride and padding.

@unmanaged
class Spread {
  kind: i32;
  tiles: i32;
  ticket: i64;
  isFree: i32;
  unfinished: i32;
  input: usize;
  inputBatch: usize;
  channels: i32;
  height: i32;
  width: i32;
  output: usize;
  /** Of one plane. */
  rows: i32;
  pitch: i32;
  planeBytes: usize;
  stride: i32;
  paddingTop: i32;
  paddingLeft: i32;
  /** Planes in each direction; 1 or `stride`. */
  phases: i32;
  /** Bytes behind the last plane that kernels may read. */
  slackBytes: usize;
}

/** One tile is one channel of one page. */
export function spread(at: usize, tile: i32): void {
  const op = changetype<Spread>(at);
  const page = tile / op.channels;
  const channel = tile % op.channels;
  const width = op.width;
  const image = op.input + <usize>page * op.inputBatch + ((<usize>channel * op.height * width) << 2);
  const planes = op.phases * op.phases;
  let plane = op.output + <usize>tile * planes * op.planeBytes;
  for (let a = 0; a < op.phases; a++) {
    for (let b = 0; b < op.phases; b++) {
      let to = plane;
      for (let row = 0; row < op.rows; row++) {
        const y = op.stride * row + a - op.paddingTop;
        if (y < 0 || y >= op.height) clear(to, op.pitch);
        else spreadRow(op, image + ((<usize>y * width) << 2), to, b);
        to += <usize>op.pitch << 2;
      }
      clear(to, <i32>((plane + op.planeBytes - to) >> 2));
      plane += op.planeBytes;
    }
  }
  if (tile == op.tiles - 1) clear(plane, <i32>(op.slackBytes >> 2));
}

function spreadRow(op: Spread, from: usize, to: usize, b: i32): void {
  const stride = op.stride;
  const shift = b - op.paddingLeft;
  // Columns [first, end) lie inside the image.
  let first = shift < 0 ? (-shift + stride - 1) / stride : 0;
  let end = op.width > shift ? (op.width - shift + stride - 1) / stride : 0;
  end = min(end, op.pitch);
  first = min(first, op.pitch);
  clear(to, first);
  let source = from + ((stride * first + shift) << 2);
  let target = to + (<usize>first << 2);
  let left = end - first;
  if (stride == 1) {
    for (; left >= 4; left -= 4) {
      v128.store(target, v128.load(source));
      source += 16;
      target += 16;
    }
    for (; left > 0; left--) {
      store<f32>(target, load<f32>(source));
      source += 4;
      target += 4;
    }
  } else {
    for (; left >= 4; left -= 4) {
      v128.store(target, v128.shuffle<f32>(v128.load(source), v128.load(source, 16), 0, 2, 4, 6));
      source += 32;
      target += 16;
    }
    for (; left > 0; left--) {
      store<f32>(target, load<f32>(source));
      source += 8;
      target += 4;
    }
  }
  if (end < op.pitch) clear(to + (<usize>max(end, first) << 2), op.pitch - max(end, first));
}

export function clear(to: usize, count: i32): void {
  let at = to;
  let left = count;
  for (; left >= 4; left -= 4) {
    v128.store(at, f32x4.splat(0));
    at += 16;
  }
  for (; left > 0; left--) {
    store<f32>(at, 0);
    at += 4;
  }
}
