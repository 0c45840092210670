// Every pixel of a channel gets its share of the mean's gradient.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.plane) {
    return;
  }
  let share = outputGradient[d.gradientOffset + id.z * d.gradientBatch + id.y] / f32(d.plane);
  let to = d.inputOffset + id.z * d.inputBatch + id.y * d.plane + id.x;
//@if ACCUMULATE == 1
  inputGradient[to] += share;
//@else
  inputGradient[to] = share;
//@end
}
