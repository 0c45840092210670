// Input gradient of the 2×2 stride-2 transposed convolution: each input pixel gathers the 2×2 block that it made.
// A thread computes ROWS pixels × OUT input channels.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.x * 64u + lane;
  let ix = id % d.inWidth;
  let strip = id / d.inWidth;
  let n = strip / d.strips;
  // Nobody waits for these threads; on a processor they would compute as long as the others.
  if (n >= d.batch) {
    return;
  }
  let iy = (strip % d.strips) * $(ROWS)u;
  let part = group.y / d.tiles;
  let first = (group.y % d.tiles) * $(OUT)u;
  let plane = d.inWidth * d.inHeight;
//@for p < ROWS
//@for o < OUT
  var sum$(p)_$(o) = 0.0;
//@end
//@end
  var at = d.gradientOffset + n * d.gradientBatch + part * d.outChannels * plane * 4u + iy * d.inWidth * 4u + ix * 2u;
  var weightAt = (part * d.inChannels + first) * d.outChannels * 4u;
  for (var i = 0u; i < d.outChannels; i++) {
//@for p < ROWS
//@for t < 4
    let y$(p)_$(t) = outputGradient[at + $(2 * p + t / 2)u * d.inWidth * 2u + $(t % 2)u];
//@end
//@end
//@for o < OUT
    {
      let start = weightAt + $(o)u * d.outChannels * 4u;
//@for t < 4
      let w$t = weight[start + $(t)u];
//@end
//@for p < ROWS
      sum$(p)_$(o) = sum$(p)_$(o)
//@for t < 4
        + y$(p)_$(t) * w$t
//@end
      ;
//@end
    }
//@end
    at += plane * 4u;
    weightAt += 4u;
  }
  let to = d.inputOffset + n * d.inputBatch + (part * d.inChannels + first) * plane + iy * d.inWidth + ix;
//@for o < OUT
  if (first + $(o)u < d.inChannels) {
//@for p < ROWS
    if (iy + $(p)u < d.inHeight) {
//@if ACCUMULATE == 1
      inputGradient[to + $(o)u * plane + $(p)u * d.inWidth] += sum$(p)_$(o);
//@else
      inputGradient[to + $(o)u * plane + $(p)u * d.inWidth] = sum$(p)_$(o);
//@end
    }
//@end
  }
//@end
}
