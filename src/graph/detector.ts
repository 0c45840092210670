// Neck and heads of DBNet: Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020),
// wired and named as the decoder of the published implementation (MhLiao/DB, SegDetector, adaptive).

import type { GraphBuilder, Value } from "./builder.ts";
import type { Features } from "./encoders.ts";

/**
 * 1×1 to `inner` channels at each stride, nearest ×2 and add from the top down, 3×3 to inner/4 at each stride,
 * all brought to stride 4 and concatenated (p5, p4, p3, p2): `inner` channels.
 */
export function dbNeck(builder: GraphBuilder, features: Features, inner: number): Value {
  builder.begin("neck");
  const [c2, c3, c4, c5] = features;
  const lateral = (input: Value, level: number): Value =>
    builder.conv(input, `decoder.in${level}`, { channels: inner, kernel: 1 });
  const in5 = lateral(c5, 5);
  const top4 = builder.add(builder.upsample(in5, 2), lateral(c4, 4), "decoder.add4");
  const top3 = builder.add(builder.upsample(top4, 2), lateral(c3, 3), "decoder.add3");
  const top2 = builder.add(builder.upsample(top3, 2), lateral(c2, 2), "decoder.add2");
  const smooth = (input: Value, name: string): Value =>
    builder.conv(input, name, { channels: inner / 4, kernel: 3 });
  const p5 = builder.upsample(smooth(in5, "decoder.out5.0"), 8);
  const p4 = builder.upsample(smooth(top4, "decoder.out4.0"), 4);
  const p3 = builder.upsample(smooth(top3, "decoder.out3.0"), 2);
  const p2 = smooth(top2, "decoder.out2");
  return builder.concat([p5, p4, p3, p2], "decoder.fuse");
}

/**
 * 3×3 conv-BN-ReLU to a quarter of the channels, transposed conv-BN-ReLU, transposed conv to one channel of logits
 * at four times the size. `transposeBias` false leaves out the first transposed convolution's bias, which
 * batch norm cancels anyway; the published head has it (164 417 parameters at 256 channels).
 */
export function dbHead(
  builder: GraphBuilder,
  fused: Value,
  head: "probability" | "threshold",
  options: { readonly transposeBias: boolean } = { transposeBias: true },
): Value {
  builder.begin(head === "probability" ? "probabilityHead" : "thresholdHead");
  const name = head === "probability" ? "decoder.binarize" : "decoder.thresh";
  const channels = fused.channels / 4;
  const conv = builder.conv(fused, `${name}.0`, { channels, kernel: 3 });
  const relu1 = builder.relu(builder.batchNorm(conv, `${name}.1`));
  const up1 = builder.convTranspose(relu1, `${name}.3`, { channels, bias: options.transposeBias });
  const relu2 = builder.relu(builder.batchNorm(up1, `${name}.4`));
  return builder.convTranspose(relu2, `${name}.6`, { channels: 1, bias: true });
}
