// Weight gradient of a convolution: sums over all pixels. A thread owns OUT output × IN input channels × K×K taps and
// walks along strips of ROWS output rows, keeping a sliding window of the K input columns it needs; neighbouring threads
// take neighbouring input channels. Strips are shared out over d.splits threads, whose sums are added up later, in order.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.x * 64u + lane;
  let i0 = id % d.lanes;
  let split = id / d.lanes;
  let part = group.y / d.tiles;
  let first = (group.y % d.tiles) * $(OUT)u;
  let width = i32(d.inWidth);
  let height = i32(d.inHeight);
  let plane = width * height;
  let outPlane = d.outWidth * d.outHeight;
//@for q < IN
//@for o < OUT
//@for t < K * K
  var sum$(q)_$(o)_$(t) = 0.0;
//@end
//@end
//@end
  let last = min((split + 1u) * d.strideStrips, d.allStrips);
  for (var strip = split * d.strideStrips; strip < last; strip++) {
    let n = strip / d.strips;
    let oy = (strip % d.strips) * $(ROWS)u;
    let iy = i32(oy) * $(STRIDE) - i32(d.padding);
//@for r < (ROWS - 1) * STRIDE + K
    let inY$r = u32(iy + $r) < d.inHeight;
//@end
//@for p < ROWS
    let isOut$p = oy + $(p)u < d.outHeight;
//@end
//@for q < IN
    let channel$q = min(i0 + $(q)u * d.lanes, d.inChannels - 1u);
    var at$q = i32(d.inputOffset + n * d.inputBatch) + i32(part * d.inChannels + channel$q) * plane
      + iy * width - i32(d.padding);
//@for r < (ROWS - 1) * STRIDE + K
//@for k < K - STRIDE
    var x$(q)_$(r)_$(k + STRIDE) = 0.0;
//@end
//@end
//@end
    var gradientAt = d.gradientOffset + n * d.gradientBatch + (part * d.outChannels + first) * outPlane
      + oy * d.outWidth;
    var ix = -i32(d.padding);
    // The first columns of the window; each step then loads only what is new.
//@for k < K - STRIDE
    {
      let isIn = u32(ix + $k) < d.inWidth;
//@for q < IN
//@for r < (ROWS - 1) * STRIDE + K
      x$(q)_$(r)_$(k + STRIDE) = select(0.0, input[at$q + $r * width + $k], inY$r & isIn);
//@end
//@end
    }
//@end
    for (var ox = 0u; ox < d.outWidth; ox++) {
//@for q < IN
//@for r < (ROWS - 1) * STRIDE + K
//@for k < K
//@if k < K - STRIDE
      let c$(q)_$(r)_$(k) = x$(q)_$(r)_$(k + STRIDE);
//@end
//@end
//@end
//@end
//@for k < K
//@if k >= K - STRIDE
      let inX$k = u32(ix + $k) < d.inWidth;
//@for q < IN
//@for r < (ROWS - 1) * STRIDE + K
      let c$(q)_$(r)_$(k) = select(0.0, input[at$q + $r * width + $k], inY$r & inX$k);
//@end
//@end
//@end
//@end
//@for q < IN
//@for r < (ROWS - 1) * STRIDE + K
//@for k < K - STRIDE
      x$(q)_$(r)_$(k + STRIDE) = c$(q)_$(r)_$(k + STRIDE);
//@end
//@end
//@end
//@for o < OUT
      {
        let start = gradientAt + $(o)u * outPlane;
//@for p < ROWS
        let g$p = select(0.0, outputGradient[start + $(p)u * d.outWidth], isOut$p);
//@end
//@for q < IN
//@for ky < K
//@for kx < K
        sum$(q)_$(o)_$(ky * K + kx) = sum$(q)_$(o)_$(ky * K + kx)
//@for p < ROWS
          + g$p * c$(q)_$(p * STRIDE + ky)_$(kx)
//@end
        ;
//@end
//@end
//@end
      }
//@end
//@for q < IN
      at$q += $(STRIDE);
//@end
      ix += $(STRIDE);
      gradientAt += 1u;
    }
  }
  if (split >= d.splits) {
    return;
  }
//@for q < IN
  {
    let channel = i0 + $(q)u * d.lanes;
    if (channel < d.inChannels) {
      let to = split * d.partialStride + ((part * d.outChannels + first) * d.inChannels + channel) * $(K * K)u;
//@for o < OUT
      if (first + $(o)u < d.outChannels) {
//@for t < K * K
        partials[to + $(o)u * d.inChannels * $(K * K)u + $(t)u] = sum$(q)_$(o)_$(t);
//@end
      }
//@end
    }
  }
//@end
}
