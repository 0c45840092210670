// Convolution as an implicit matrix product with a register tile: ROWS output rows × OUT output channels for each
// thread. Neighbouring threads take neighbouring columns, so that their loads are contiguous; rows share their inputs.
// The same shader is the input gradient of a stride-1 convolution: there weights are transposed and turned by 180°, which
// strides of the weights and a tap step of −1 express (unsigned numbers wrap).
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.x * 64u + lane;
  let ox = id % d.outWidth;
  let strip = id / d.outWidth;
  let n = strip / d.strips;
  // Nobody waits for these threads; on a processor they would compute as long as the others.
  if (n >= d.batch) {
    return;
  }
  let oy = i32((strip % d.strips) * $(ROWS)u);
  // One tile never spans two groups of channels.
  let part = group.y / d.tiles;
  let first = (group.y % d.tiles) * $(OUT)u;
  let ix = i32(ox * $(STRIDE)u) - i32(d.padding);
  let iy = oy * $(STRIDE) - i32(d.padding);
  let width = i32(d.inWidth);
  let height = i32(d.inHeight);
  let plane = width * height;
  // A negative place is a very large unsigned one; `&` in place of `&&` makes no branch, which a processor would take for
  // every value that is read.
//@for kx < K
  let inX$kx = u32(ix + $kx) < d.inWidth;
//@end
//@if UNROLL_ROWS == 1
//@for r < (ROWS - 1) * STRIDE + K
  let inY$r = u32(iy + $r) < d.inHeight;
//@end
//@end
//@for p < ROWS
//@for o < OUT
  var sum$(p)_$(o) = 0.0;
//@end
//@end
  var at = i32(d.inputOffset + n * d.inputBatch) + i32(part * d.inChannels) * plane + iy * width + ix;
  var weightAt = part * d.groupWeights + first * d.weightOut + d.firstTap;
//@if UNROLL_ROWS == 1
//@for t < K * K
  let tap$t = $(t)u * d.tapStep;
//@end
//@end
  for (var i = 0u; i < d.inChannels; i++) {
//@if UNROLL_ROWS == 1
//@for r < (ROWS - 1) * STRIDE + K
    let row$r = at + $r * width;
//@for kx < K
    let x$(r)_$(kx) = select(0.0, input[row$r + $kx], inY$r & inX$kx);
//@end
//@end
//@for o < OUT
    {
      let start = weightAt + $(o)u * d.weightOut;
//@for t < K * K
      let w$t = weight[start + tap$t];
//@end
//@for p < ROWS
      sum$(p)_$(o) = sum$(p)_$(o)
//@for ky < K
//@for kx < K
        + x$(p * STRIDE + ky)_$(kx) * w$(ky * K + kx)
//@end
//@end
      ;
//@end
    }
//@end
//@else
    for (var ky = 0; ky < $(K); ky++) {
//@for p < ROWS
      let isIn$p = u32(iy + $(p * STRIDE) + ky) < d.inHeight;
      let row$p = at + ($(p * STRIDE) + ky) * width;
//@for kx < K
      let x$(p)_$(kx) = select(0.0, input[row$p + $kx], isIn$p & inX$kx);
//@end
//@end
//@for o < OUT
      {
        let start = weightAt + $(o)u * d.weightOut + u32(ky) * $(K)u * d.tapStep;
//@for kx < K
        let w$kx = weight[start + $(kx)u * d.tapStep];
//@end
//@for p < ROWS
        sum$(p)_$(o) = sum$(p)_$(o)
//@for kx < K
          + x$(p)_$(kx) * w$(kx)
//@end
        ;
//@end
      }
//@end
    }
//@end
    at += plane;
    weightAt += d.weightIn;
  }
  let outPlane = d.outWidth * d.outHeight;
  let channel = part * d.outChannels + first;
  let to = d.outputOffset + n * d.outputBatch + channel * outPlane + u32(oy) * d.outWidth + ox;
//@if HAS_BIAS == 1 || HAS_NORM == 1
//@for o < OUT
  let epilogue$o = epilogueOf(channel + $(o)u);
//@end
//@end
//@for p < ROWS
  if (oy + $p < i32(d.outHeight)) {
    let row = to + $(p)u * d.outWidth;
//@for o < OUT
//@if HAS_REST == 1
    if (first + $(o)u < d.outChannels) {
//@end
//@if HAS_BIAS == 1 || HAS_NORM == 1
    output[row + $(o)u * outPlane] = finish(sum$(p)_$(o), epilogue$o);
//@else
//@if ACCUMULATE == 1
    output[row + $(o)u * outPlane] += activate(sum$(p)_$(o));
//@else
    output[row + $(o)u * outPlane] = activate(sum$(p)_$(o));
//@end
//@end
//@if HAS_REST == 1
    }
//@end
//@end
  }
//@end
}
