// Weight gradient of a convolution with tiles in workgroup memory: SIDE output channels × SIDE taps of input channels for
// each workgroup, 4 × 4 of them for each thread, over one share of the pixels; the shares are added up later, in order.
var<workgroup> gradientTile: array<f32, $(DEPTH * (SIDE + 1))$>;
var<workgroup> inputTile: array<f32, $(DEPTH * (SIDE + 1))$>;

@compute @workgroup_size($(SIDE * SIDE / 16))
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let columns = d.inChannels * $(K * K)u;
  let firstColumn = (group.x % d.columnTiles) * $(SIDE)u;
  let split = group.x / d.columnTiles;
  let part = group.y / d.tiles;
  let first = (group.y % d.tiles) * $(SIDE)u;
  let width = i32(d.inWidth);
  let plane = width * i32(d.inHeight);
  let outPlane = d.outWidth * d.outHeight;
  let row = lane % $(DEPTH)u;
  let x = lane % $(SIDE / 4)u;
  let y = lane / $(SIDE / 4)u;
//@for c < 4
//@for o < 4
  var sum$(c)_$(o) = 0.0;
//@end
//@end
  let last = min((split + 1u) * d.share, d.pixels);
  for (var base = split * d.share; base < last; base += $(DEPTH)u) {
    let pixel = base + row;
    let isPixel = pixel < last;
    let n = pixel / outPlane;
    let place = pixel % outPlane;
    let ix = i32((place % d.outWidth) * $(STRIDE)u) - i32(d.padding);
    let iy = i32((place / d.outWidth) * $(STRIDE)u) - i32(d.padding);
    let inputAt = i32(d.inputOffset + n * d.inputBatch) + i32(part * d.inChannels) * plane;
    let gradientAt = d.gradientOffset + n * d.gradientBatch + part * d.outChannels * outPlane + place;
    for (var i = 0u; i < $(16 * DEPTH / SIDE)u; i++) {
      let at = lane / $(DEPTH)u + i * $(SIDE * SIDE / 16 / DEPTH)u;
      let out = first + at;
      gradientTile[row * $(SIDE + 1)u + at]
        = select(0.0, outputGradient[gradientAt + out * outPlane], isPixel & (out < d.outChannels));
      let k = firstColumn + at;
      let tap = i32(k % $(K * K)u);
      let channel = i32(k / $(K * K)u);
      let column = ix + tap % $(K);
      let line = iy + tap / $(K);
      let isIn = isPixel & (k < columns) & (u32(column) < d.inWidth) & (u32(line) < d.inHeight);
      inputTile[row * $(SIDE + 1)u + at]
        = select(0.0, input[inputAt + channel * plane + line * width + column], isIn);
    }
    workgroupBarrier();
    for (var r = 0u; r < $(DEPTH)u; r++) {
//@for o < 4
      let g$o = gradientTile[r * $(SIDE + 1)u + y * 4u + $(o)u];
//@end
//@for c < 4
      let v$c = inputTile[r * $(SIDE + 1)u + x + $(c * SIDE / 4)u];
//@end
//@for c < 4
//@for o < 4
      sum$(c)_$(o) += v$c * g$o;
//@end
//@end
    }
    workgroupBarrier();
  }
//@for o < 4
  {
    let out = first + y * 4u + $(o)u;
    if (out < d.outChannels) {
      let to = split * d.partialStride + (part * d.outChannels + out) * columns;
//@for c < 4
      {
        let k = firstColumn + x + $(c * SIDE / 4)u;
        if (k < columns) {
          partials[to + k] = sum$(c)_$(o);
        }
      }
//@end
    }
  }
//@end
}
