// Convolution whose threads share weights through their subgroup: a thread owns one pixel × OUT output channels; each
// loads the weights of one tap, and all of the subgroup take them from it in turn. Works with any size of subgroup.
// Also the input gradient of a stride-1 convolution, as in conv.wgsl.
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) own: u32,
  @builtin(subgroup_size) size: u32,
) {
  let pixel = group.x * 64u + lane;
  let part = group.y / d.tiles;
  let first = (group.y % d.tiles) * $(OUT)u;
  let width = i32(d.inWidth);
  let plane = width * i32(d.inHeight);
  let outPlane = d.outWidth * d.outHeight;
  let isPixel = pixel < d.batch * outPlane;
  let n = pixel / outPlane;
  let ix = i32((pixel % d.outWidth) * $(STRIDE)u) - i32(d.padding);
  let iy = i32(((pixel % outPlane) / d.outWidth) * $(STRIDE)u) - i32(d.padding);
  let inputAt = i32(d.inputOffset + n * d.inputBatch) + i32(part * d.inChannels) * plane + iy * width + ix;
  let depth = d.inChannels * $(K * K)u;
//@for o < OUT
  var sum$o = 0.0;
  let start$o = part * d.groupWeights + min(first + $(o)u, d.outChannels - 1u) * d.weightOut + d.firstTap;
//@end
  for (var base = 0u; base < depth; base += size) {
    let k = min(base + own, depth - 1u);
    let tap = k % $(K * K)u;
    let channel = k / $(K * K)u;
    let ownColumn = i32(tap % $(K)u);
    let ownLine = i32(tap / $(K)u);
    let ownOffset = i32(channel) * plane + ownLine * width + ownColumn;
//@for o < OUT
    let w$o = weight[start$o + channel * d.weightIn + tap * d.tapStep];
//@end
    for (var j = 0u; j < size; j++) {
      let column = ix + subgroupShuffle(ownColumn, j);
      let line = iy + subgroupShuffle(ownLine, j);
      let offset = subgroupShuffle(ownOffset, j);
      let isIn = (base + j < depth) & (u32(column) < d.inWidth) & (u32(line) < d.inHeight);
      let value = select(0.0, input[inputAt + offset], isIn);
//@for o < OUT
      sum$o += value * subgroupShuffle(w$o, j);
//@end
    }
  }
  if (!isPixel) {
    return;
  }
//@for o < OUT
  if (first + $(o)u < d.outChannels) {
    let channel = part * d.outChannels + first + $(o)u;
    let to = d.outputOffset + n * d.outputBatch + channel * outPlane + pixel % outPlane;
//@if HAS_BIAS == 1 || HAS_NORM == 1
    output[to] = finish(sum$o, epilogueOf(channel));
//@else
//@if ACCUMULATE == 1
    output[to] += activate(sum$o);
//@else
    output[to] = activate(sum$o);
//@end
//@end
  }
//@end
}
