// Greatest value of each K×K window of stride 2. Padding never wins.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.outWidth * d.outHeight) {
    return;
  }
  let oy = id.x / d.outWidth;
  let ox = id.x - oy * d.outWidth;
  let start = d.inputOffset + id.z * d.inputBatch + id.y * d.inWidth * d.inHeight;
  var greatest = -3.4028234e38;
  for (var ky = 0u; ky < $(K)u; ky++) {
    let iy = oy * 2u + ky - $(P)u;
    for (var kx = 0u; kx < $(K)u; kx++) {
      let ix = ox * 2u + kx - $(P)u;
      if (iy < d.inHeight && ix < d.inWidth) {
        greatest = max(greatest, input[start + iy * d.inWidth + ix]);
      }
    }
  }
  output[d.outputOffset + id.z * d.outputBatch + id.y * d.outWidth * d.outHeight + id.x] = greatest;
}
