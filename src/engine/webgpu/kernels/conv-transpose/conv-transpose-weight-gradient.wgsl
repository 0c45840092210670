// Weight gradient of the 2×2 stride-2 transposed convolution. A thread owns one output channel × IN input channels × 4
// taps and walks along strips of ROWS input rows; splits of the strips are added up later, in order.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.x * 64u + lane;
  let o = id % d.outChannels;
  let split = id / d.outChannels;
  let part = group.y / d.tiles;
  let first = (group.y % d.tiles) * $(IN)u;
  let plane = d.inWidth * d.inHeight;
//@for i < IN
//@for t < 4
  var sum$(i)_$(t) = 0.0;
//@end
//@end
  let last = min((split + 1u) * d.strideStrips, d.allStrips);
  for (var strip = split * d.strideStrips; strip < last; strip++) {
    let n = strip / d.strips;
    let iy = (strip % d.strips) * $(ROWS)u;
    var at = d.inputOffset + n * d.inputBatch + (part * d.inChannels + first) * plane + iy * d.inWidth;
    var gradientAt = d.gradientOffset + n * d.gradientBatch + (part * d.outChannels + o) * plane * 4u + iy * d.inWidth * 4u;
//@for p < ROWS
    let isIn$p = iy + $(p)u < d.inHeight;
//@end
    for (var ix = 0u; ix < d.inWidth; ix++) {
//@for p < ROWS
//@for t < 4
      let y$(p)_$(t) = outputGradient[gradientAt + $(2 * p + t / 2)u * d.inWidth * 2u + $(t % 2)u];
//@end
//@end
//@for i < IN
      {
//@for p < ROWS
        let x$p = select(0.0, input[at + $(i)u * plane + $(p)u * d.inWidth], isIn$p);
//@end
//@for t < 4
        sum$(i)_$(t) = sum$(i)_$(t)
//@for p < ROWS
          + x$p * y$(p)_$(t)
//@end
        ;
//@end
      }
//@end
      at += 1u;
      gradientAt += 2u;
    }
  }
  if (split >= d.splits) {
    return;
  }
  let to = split * d.partialStride + ((part * d.inChannels + first) * d.outChannels + o) * 4u;
//@for i < IN
  if (first + $(i)u < d.inChannels) {
//@for t < 4
    partials[to + $(i)u * d.outChannels * 4u + $(t)u] = sum$(i)_$(t);
//@end
  }
//@end
}
