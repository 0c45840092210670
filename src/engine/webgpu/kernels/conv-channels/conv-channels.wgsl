// Convolution for small maps with many channels: neighbouring threads take neighbouring output channels and share every
// input value, where rows are too short for them to take neighbouring columns. A thread computes ROWS × COLS pixels of
// one channel. Also the input gradient of a stride-1 convolution, as in conv.wgsl.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.x * 64u + lane;
  let channel = id % d.outChannels;
  let tile = id / d.outChannels;
  let tileX = tile % d.tileColumns;
  let tileY = (tile / d.tileColumns) % d.tileRows;
  let n = tile / (d.tileColumns * d.tileRows);
  // Nobody waits for these threads; on a processor they would compute as long as the others.
  if (n >= d.batch) {
    return;
  }
  let part = group.y;
  let ox = i32(tileX) * $(COLS);
  let oy = i32(tileY) * $(ROWS);
  let ix = ox * $(STRIDE) - i32(d.padding);
  let iy = oy * $(STRIDE) - i32(d.padding);
  let width = i32(d.inWidth);
  let height = i32(d.inHeight);
  let plane = width * height;
//@for c < (COLS - 1) * STRIDE + K
  let inX$c = u32(ix + $c) < d.inWidth;
//@end
//@for r < (ROWS - 1) * STRIDE + K
  let inY$r = u32(iy + $r) < d.inHeight;
//@end
//@for p < ROWS
//@for q < COLS
  var sum$(p)_$(q) = 0.0;
//@end
//@end
  var at = i32(d.inputOffset + n * d.inputBatch) + i32(part * d.inChannels) * plane + iy * width + ix;
  var weightAt = part * d.groupWeights + channel * d.weightOut + d.firstTap;
//@for t < K * K
  let tap$t = $(t)u * d.tapStep;
//@end
  for (var i = 0u; i < d.inChannels; i++) {
//@for t < K * K
    let w$t = weight[weightAt + tap$t];
//@end
//@for r < (ROWS - 1) * STRIDE + K
    let row$r = at + $r * width;
//@for c < (COLS - 1) * STRIDE + K
    let x$(r)_$(c) = select(0.0, input[row$r + $c], inY$r & inX$c);
//@end
//@end
//@for p < ROWS
//@for q < COLS
    sum$(p)_$(q) = sum$(p)_$(q)
//@for ky < K
//@for kx < K
      + x$(p * STRIDE + ky)_$(q * STRIDE + kx) * w$(ky * K + kx)
//@end
//@end
    ;
//@end
//@end
    at += plane;
    weightAt += d.weightIn;
  }
  let outPlane = d.outWidth * d.outHeight;
  let outChannel = part * d.outChannels + channel;
  let to = d.outputOffset + n * d.outputBatch + outChannel * outPlane;
//@if HAS_BIAS == 1 || HAS_NORM == 1
  let epilogue = epilogueOf(outChannel);
//@end
//@for p < ROWS
//@for q < COLS
  if ((oy + $p < i32(d.outHeight)) & (ox + $q < i32(d.outWidth))) {
    let pixel = to + u32(oy + $p) * d.outWidth + u32(ox + $q);
//@if HAS_BIAS == 1 || HAS_NORM == 1
    output[pixel] = finish(sum$(p)_$(q), epilogue);
//@else
//@if ACCUMULATE == 1
    output[pixel] += activate(sum$(p)_$(q));
//@else
    output[pixel] = activate(sum$(p)_$(q));
//@end
//@end
  }
//@end
//@end
}
