// What the passes of the loss share. Hard negatives are chosen by the k-th greatest logit, found digit by digit
// (four bytes of an order-preserving code): exact, without sorting. The loss grows with the logit, so the choice
// is the same as by loss.
const BINS = 256u;
// After the four histograms: hard negatives wanted, then after each digit the code so far and how many are left.
const STATE = 1024u;
// Words for each workgroup in the partial sums.
const PART = 8u;

const TEXT = 1u;
const SHRINK_MASK = 2u;
const THRESHOLD_MASK = 4u;

fn codeOf(logit: f32) -> u32 {
  // Both zeros are equal.
  let bits = bitcast<u32>(select(logit, 0.0, logit == 0.0));
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

fn softplus(x: f32) -> f32 {
  // log(1 + e) loses its digits for small e; its series does not.
  let e = exp(-abs(x));
  return max(x, 0.0) + select(log(1.0 + e), e * (1.0 - e * (0.5 - e * (1.0 / 3.0))), e < 0.01);
}

fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-x));
}

fn byteAt(word: u32, pixel: u32) -> u32 {
  return (word >> ((pixel & 3u) * 8u)) & 255u;
}
