// Finding a digit: the bin in which the `wanted`-th greatest value lies, counted from the top.
var<workgroup> counts: array<u32, $(WG)>;
var<workgroup> found: vec2u;

// Returns the bin and how many of its values are still wanted. `wanted` must be at least 1 and at most all.
fn findBin(first: u32, wanted: u32, lane: u32) -> vec2u {
  const EACH = BINS / $(WG)u;
  let top = first + BINS - 1u - lane * EACH;
  var count = 0u;
  for (var i = 0u; i < EACH; i++) {
    count += atomicLoad(&histograms[top - i]);
  }
  counts[lane] = count;
  workgroupBarrier();
  if (lane == 0u) {
    var owner = 0u;
    var above = 0u;
    while (owner < $(WG - 1)u && above + counts[owner] < wanted) {
      above += counts[owner];
      owner++;
    }
    var bin = BINS - 1u - owner * EACH;
    for (var i = 0u; i < EACH - 1u; i++) {
      let here = atomicLoad(&histograms[first + bin]);
      if (above + here >= wanted) {
        break;
      }
      above += here;
      bin--;
    }
    found = vec2u(bin, wanted - above);
  }
  workgroupBarrier();
  return found;
}
