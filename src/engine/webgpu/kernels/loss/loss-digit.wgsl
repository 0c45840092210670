// Second to fourth pass: settles one digit of the k-th greatest logit and counts the next digit of those that share it.
var<workgroup> bins: array<atomic<u32>, 256>;

@compute @workgroup_size($(WG))
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var bin = lane; bin < BINS; bin += $(WG)u) {
    atomicStore(&bins[bin], 0u);
  }
  // The second pass works out from the sums how many are wanted; the later ones find it in the state.
  let isSecond = d.digit == 2u;
  var sums = vec2f(0.0);
  for (var part = lane; part < select(0u, groups.x * groups.y, isSecond); part += $(WG)u) {
    sums += vec2f(lossPartials[part * PART], lossPartials[part * PART + 1u]);
  }
  sums = sumOverGroup(vec4f(sums, sums), lane).xy;
  let hard = u32(min(sums.y, floor(d.negativeRatio * sums.x)));
  let before = STATE + 2u * (d.digit - 2u);
  let wanted = select(atomicLoad(&histograms[before]), max(hard, 1u), isSecond);
  let digit = findBin((d.digit - 2u) * BINS, wanted, lane);
  let prefix = select(atomicLoad(&histograms[before - 1u]) << 8u, 0u, isSecond) | digit.x;
  if (group.x + group.y + lane == 0u) {
    if (isSecond) {
      atomicStore(&histograms[STATE], hard);
    }
    let state = STATE + 2u * (d.digit - 1u);
    atomicStore(&histograms[state - 1u], prefix);
    atomicStore(&histograms[state], digit.y);
  }
  for (var p = group.x * $(WG)u + lane; p < d.plane; p += groups.x * $(WG)u) {
    let pixel = group.y * d.plane + p;
    let flag = byteAt(flags[pixel >> 2u], pixel);
    if ((flag & (TEXT | SHRINK_MASK)) == SHRINK_MASK) {
      let code = codeOf(probability[d.probabilityOffset + group.y * d.probabilityBatch + p]);
      let shift = 32u - 8u * d.digit;
      if (code >> (shift + 8u) == prefix) {
        atomicAdd(&bins[(code >> shift) & 255u], 1u);
      }
    }
  }
  workgroupBarrier();
  for (var bin = lane; bin < BINS; bin += $(WG)u) {
    let count = atomicLoad(&bins[bin]);
    if (count > 0u) {
      atomicAdd(&histograms[(d.digit - 1u) * BINS + bin], count);
    }
  }
}
