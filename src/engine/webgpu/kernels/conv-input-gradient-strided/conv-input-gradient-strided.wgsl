// Input gradient of a stride-2 convolution. A thread computes ROWS blocks of 2×2 input pixels × OUT input channels: the
// four pixels of a block see different taps, and all taps are used exactly once.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.x * 64u + lane;
  let bx = id % d.blockColumns;
  let strip = id / d.blockColumns;
  let n = strip / d.strips;
  // Nobody waits for these threads; on a processor they would compute as long as the others.
  if (n >= d.batch) {
    return;
  }
  let by = i32((strip % d.strips) * $(ROWS)u);
  let part = group.y / d.tiles;
  let first = (group.y % d.tiles) * $(OUT)u;
  let width = i32(d.gradientWidth);
  let height = i32(d.gradientHeight);
  let plane = width * height;
  let left = i32(bx) + ($(LOW));
  let top = by + ($(LOW));
//@for c < COUNT
  let inX$c = u32(left + $c) < d.gradientWidth;
//@end
//@for r < ROWS + COUNT - 1
  let inY$r = u32(top + $r) < d.gradientHeight;
//@end
//@for p < ROWS * 4
//@for o < OUT
  var sum$(p)_$(o) = 0.0;
//@end
//@end
  var at = i32(d.gradientOffset + n * d.gradientBatch) + i32(part * d.outChannels) * plane + top * width + left;
  var weightAt = part * d.groupWeights + first * $(K * K)u;
  for (var i = 0u; i < d.outChannels; i++) {
//@for r < ROWS + COUNT - 1
    let row$r = at + $r * width;
//@for c < COUNT
    let y$(r)_$(c) = select(0.0, outputGradient[row$r + $c], inY$r & inX$c);
//@end
//@end
//@for o < OUT
    {
//@for t < K * K
      let w$t = weight[weightAt + $(o * K * K + t)u];
//@end
//@for p < ROWS
//@for ay < 2
//@for ax < 2
      sum$(p * 4 + ay * 2 + ax)_$(o) = sum$(p * 4 + ay * 2 + ax)_$(o)
//@for ky < K
//@for kx < K
//@if (ay + P - ky) % 2 == 0 && (ax + P - kx) % 2 == 0
        + y$(p + (ay + P - ky) / 2 - LOW)$_$((ax + P - kx) / 2 - LOW)$ * w$(ky * K + kx)
//@end
//@end
//@end
      ;
//@end
//@end
//@end
    }
//@end
    at += plane;
    weightAt += d.weightStep;
  }
  let inPlane = d.inWidth * d.inHeight;
  let channel = part * d.inChannels + first;
  let to = d.inputOffset + n * d.inputBatch + channel * inPlane;
//@for p < ROWS
//@for ay < 2
//@for ax < 2
  {
    let y = u32(by + $p) * 2u + $(ay)u;
    let x = bx * 2u + $(ax)u;
    if ((y < d.inHeight) & (x < d.inWidth)) {
//@for o < OUT
      if (first + $(o)u < d.inChannels) {
        let pixel = to + $(o)u * inPlane + y * d.inWidth + x;
        inputGradient[pixel] = select(0.0, inputGradient[pixel], d.accumulate == 1u) + sum$(p * 4 + ay * 2 + ax)_$(o);
      }
//@end
    }
  }
//@end
//@end
//@end
}
