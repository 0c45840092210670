// Sums over a workgroup of WG threads, in a fixed order: two values at once. Every thread gets the sums.
var<workgroup> shelf: array<vec2f, $(WG)>;

fn sumOverGroup(value: vec2f, lane: u32) -> vec2f {
  workgroupBarrier();
  shelf[lane] = value;
  for (var half = $(WG / 2)u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) {
      shelf[lane] += shelf[lane + half];
    }
  }
  workgroupBarrier();
  return shelf[0];
}
