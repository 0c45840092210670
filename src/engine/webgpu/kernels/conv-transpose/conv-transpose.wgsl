// Transposed convolution of kernel 2 and stride 2: windows do not overlap, so each input pixel makes its own 2×2 block.
// A thread computes ROWS blocks × OUT output channels; neighbouring threads take neighbouring columns.
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
//@for t < 4
  var sum$(p)_$(o)_$(t) = 0.0;
//@end
//@end
//@end
  var at = d.inputOffset + n * d.inputBatch + part * d.inChannels * plane + iy * d.inWidth + ix;
  var weightAt = (part * d.inChannels * d.outChannels + first) * 4u;
  for (var i = 0u; i < d.inChannels; i++) {
//@for p < ROWS
    let x$p = input[at + $(p)u * d.inWidth];
//@end
//@for o < OUT
//@for t < 4
    {
      let w = weight[weightAt + $(o * 4 + t)u];
//@for p < ROWS
      sum$(p)_$(o)_$(t) += x$p * w;
//@end
    }
//@end
//@end
    at += plane;
    weightAt += d.outChannels * 4u;
  }
  let outPlane = plane * 4u;
  let channel = part * d.outChannels + first;
  let to = d.outputOffset + n * d.outputBatch + channel * outPlane + iy * d.inWidth * 4u + ix * 2u;
//@for o < OUT
  if (first + $(o)u < d.outChannels) {
    let epilogue = epilogueOf(channel + $(o)u);
//@for p < ROWS
    if (iy + $(p)u < d.inHeight) {
//@for t < 4
      output[to + $(o)u * outPlane + $(2 * p + t / 2)u * d.inWidth * 2u + $(t % 2)u] = finish(sum$(p)_$(o)_$(t), epilogue);
//@end
    }
//@end
  }
//@end
}
