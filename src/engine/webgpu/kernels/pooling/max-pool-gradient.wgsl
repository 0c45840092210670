// Each input pixel collects from the windows in which it is the first greatest value in row-major order.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.inWidth * d.inHeight) {
    return;
  }
  let iy = id.x / d.inWidth;
  let ix = id.x - iy * d.inWidth;
  let start = d.inputOffset + id.z * d.inputBatch + id.y * d.inWidth * d.inHeight;
  let gradientStart = d.gradientOffset + id.z * d.gradientBatch + id.y * d.outWidth * d.outHeight;
  let mine = input[start + id.x];
  var sum = 0.0;
  // Windows that reach this pixel: 2·o − P ≤ i < 2·o − P + K.
  let lastY = min((iy + $(P)u) / 2u, d.outHeight - 1u);
  let lastX = min((ix + $(P)u) / 2u, d.outWidth - 1u);
  let firstY = (max(iy + $(P + 1)u, $(K)u) - $(K)u + 1u) / 2u;
  let firstX = (max(ix + $(P + 1)u, $(K)u) - $(K)u + 1u) / 2u;
  for (var oy = firstY; oy <= lastY; oy++) {
    for (var ox = firstX; ox <= lastX; ox++) {
      var isGreatest = true;
      for (var ky = 0u; ky < $(K)u; ky++) {
        let y = oy * 2u + ky - $(P)u;
        for (var kx = 0u; kx < $(K)u; kx++) {
          let x = ox * 2u + kx - $(P)u;
          if (y < d.inHeight && x < d.inWidth) {
            let other = input[start + y * d.inWidth + x];
            let isBefore = y * d.inWidth + x < id.x;
            isGreatest = isGreatest && !(other > mine || (other == mine && isBefore));
          }
        }
      }
      sum += select(0.0, outputGradient[gradientStart + oy * d.outWidth + ox], isGreatest);
    }
  }
  let to = d.inputGradientOffset + id.z * d.inputGradientBatch + id.y * d.inWidth * d.inHeight + id.x;
//@if ACCUMULATE == 1
  inputGradient[to] += sum;
//@else
  inputGradient[to] = sum;
//@end
}
