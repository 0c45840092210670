// Logits to probabilities, row-major without gaps, for reading back.
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= d.plane) {
    return;
  }
  let logit = logits[d.logitsOffset + id.y * d.logitsBatch + id.x];
  probabilities[d.first + id.y * d.plane + id.x] = 1.0 / (1.0 + exp(-logit));
}
