// Convolution as an implicit matrix product with tiles in workgroup memory: SIDE output channels × SIDE pixels for each
// workgroup, 4 × 4 of them for each thread. What suits real GPUs, where a barrier costs little and memory much.
// Also the input gradient of a stride-1 convolution, as in conv.wgsl.
var<workgroup> weightTile: array<f32, $(DEPTH * (SIDE + 1))$>;
var<workgroup> inputTile: array<f32, $(DEPTH * SIDE)>;

@compute @workgroup_size($(SIDE * SIDE / 16))
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let part = group.y / d.tiles;
  let first = (group.y % d.tiles) * $(SIDE)u;
  let firstPixel = group.x * $(SIDE)u;
  let width = i32(d.inWidth);
  let plane = width * i32(d.inHeight);
  let outPlane = d.outWidth * d.outHeight;
  let pixels = d.batch * outPlane;
  let depth = d.inChannels * $(K * K)u;
  // Each thread loads inputs of one pixel.
  let loaded = firstPixel + lane % $(SIDE)u;
  let isPixel = loaded < pixels;
  let ix = i32((loaded % d.outWidth) * $(STRIDE)u) - i32(d.padding);
  let iy = i32(((loaded % outPlane) / d.outWidth) * $(STRIDE)u) - i32(d.padding);
  let inputAt = i32(d.inputOffset + (loaded / outPlane) * d.inputBatch) + i32(part * d.inChannels) * plane;
  let lastChannel = d.outChannels - 1u;
  let x = lane % $(SIDE / 4)u;
  let y = lane / $(SIDE / 4)u;
//@for p < 4
//@for o < 4
  var sum$(p)_$(o) = 0.0;
//@end
//@end
  for (var base = 0u; base < depth; base += $(DEPTH)u) {
    // Loops and tests without branches: the fewer blocks a shader has, the sooner it is compiled.
    for (var i = 0u; i < $(16 * DEPTH / SIDE)u; i++) {
      let row = lane / $(SIDE)u + i * $(SIDE / 16)u;
      let k = base + row;
      let tap = i32(k % $(K * K)u);
      let channel = i32(k / $(K * K)u);
      let column = ix + tap % $(K);
      let line = iy + tap / $(K);
      let isIn = isPixel & (k < depth) & (u32(column) < d.inWidth) & (u32(line) < d.inHeight);
      inputTile[row * $(SIDE)u + lane % $(SIDE)u]
        = select(0.0, input[inputAt + channel * plane + line * width + column], isIn);
    }
    for (var i = 0u; i < $(16 * DEPTH / SIDE)u; i++) {
      let row = lane % $(DEPTH)u;
      let out = lane / $(DEPTH)u + i * $(SIDE * SIDE / 16 / DEPTH)u;
      let k = min(base + row, depth - 1u);
      let start = part * d.groupWeights + min(first + out, lastChannel) * d.weightOut + d.firstTap;
      weightTile[row * $(SIDE + 1)u + out]
        = weight[start + (k / $(K * K)u) * d.weightIn + (k % $(K * K)u) * d.tapStep];
    }
    workgroupBarrier();
    for (var row = 0u; row < $(DEPTH)u; row++) {
//@for o < 4
      let w$o = weightTile[row * $(SIDE + 1)u + y * 4u + $(o)u];
//@end
//@for p < 4
      let v$p = inputTile[row * $(SIDE)u + x + $(p * SIDE / 4)u];
//@end
//@for p < 4
//@for o < 4
      sum$(p)_$(o) += v$p * w$o;
//@end
//@end
    }
    workgroupBarrier();
  }
//@for p < 4
  let pixel$p = firstPixel + x + $(p * SIDE / 4)u;
  let to$p = d.outputOffset + (pixel$p / outPlane) * d.outputBatch + pixel$p % outPlane;
//@end
//@for o < 4
  let out$o = first + y * 4u + $(o)u;
  if (out$o < d.outChannels) {
    let channel = part * d.outChannels + out$o;
//@if HAS_BIAS == 1 || HAS_NORM == 1
    let epilogue = epilogueOf(channel);
//@end
//@for p < 4
    if (pixel$p < pixels) {
      let to = to$p + channel * outPlane;
//@if HAS_BIAS == 1 || HAS_NORM == 1
      output[to] = finish(sum$(p)_$(o), epilogue);
//@else
//@if ACCUMULATE == 1
      output[to] += activate(sum$(p)_$(o));
//@else
      output[to] = activate(sum$(p)_$(o));
//@end
//@end
    }
//@end
  }
//@end
}
