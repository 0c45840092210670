// Encoders: from the page to features at strides 4, 8, 16 and 32.
// ResNet: He et al., "Deep Residual Learning" (2015), parameter names as in torchvision.
// The plain encoder is a stack of 3×3 convolutions for weak machines; it follows no paper.

import type { GraphBuilder, Value } from "./builder.ts";

/** Features at strides 4, 8, 16, 32. */
export type Features = readonly [Value, Value, Value, Value];

/** conv stride 2, BN, ReLU, 3×3 max-pooling stride 2: stride 4. Names `PREFIXconv1`, `PREFIXbn1`. */
export function resnetStem(
  builder: GraphBuilder,
  image: Value,
  prefix: string,
  options: { readonly channels: number; readonly kernel: 3 | 7 },
): Value {
  const conv = builder.conv(image, `${prefix}conv1`, { ...options, stride: 2 });
  const relu = builder.relu(builder.batchNorm(conv, `${prefix}bn1`));
  return builder.maxPool(relu, { kernel: 3, padding: 1 });
}

/** conv3×3-BN-ReLU-conv3×3-BN + shortcut, ReLU. The shortcut is a 1×1 conv-BN where size or channels change. */
export function basicBlock(
  builder: GraphBuilder,
  input: Value,
  name: string,
  options: { readonly channels: number; readonly stride: 1 | 2 },
): Value {
  const { channels, stride } = options;
  const conv1 = builder.conv(input, `${name}.conv1`, { channels, kernel: 3, stride });
  const relu1 = builder.relu(builder.batchNorm(conv1, `${name}.bn1`));
  const conv2 = builder.conv(relu1, `${name}.conv2`, { channels, kernel: 3 });
  const bn2 = builder.batchNorm(conv2, `${name}.bn2`);
  let shortcut = input;
  if (stride !== 1 || input.channels !== channels) {
    const conv = builder.conv(input, `${name}.downsample.0`, { channels, kernel: 1, stride });
    shortcut = builder.batchNorm(conv, `${name}.downsample.1`);
  }
  return builder.relu(builder.add(bn2, shortcut, `${name}.add`));
}

/** The trunk of torchvision's resnet18: 11 176 512 parameters, features of 64, 128, 256, 512 channels. */
export function resnet18Encoder(builder: GraphBuilder, image: Value, prefix: string): Features {
  const stage = (input: Value, index: number, channels: number): Value => {
    const first = basicBlock(builder, input, `${prefix}layer${index}.0`, {
      channels,
      stride: index === 1 ? 1 : 2,
    });
    return basicBlock(builder, first, `${prefix}layer${index}.1`, { channels, stride: 1 });
  };
  const c2 = stage(resnetStem(builder, image, prefix, { channels: 64, kernel: 7 }), 1, 64);
  const c3 = stage(c2, 2, 128);
  const c4 = stage(c3, 3, 256);
  return [c2, c3, c4, stage(c4, 4, 512)];
}

/**
 * Nine 3×3 conv-BN-ReLU: two of stride 2 and one of stride 1 with `width` channels, then for each further stride
 * one of stride 2 and one of stride 1 with twice the channels. Features of width × 1, 2, 4, 8 channels.
 */
export function plainEncoder(builder: GraphBuilder, image: Value, prefix: string, width: number): Features {
  const layer = (input: Value, name: string, channels: number, stride: 1 | 2): Value => {
    const conv = builder.conv(input, `${prefix}${name}.0`, { channels, kernel: 3, stride });
    return builder.relu(builder.batchNorm(conv, `${prefix}${name}.1`));
  };
  const stage = (input: Value, index: number, channels: number): Value =>
    layer(layer(input, `stages.${index}.0`, channels, 2), `stages.${index}.1`, channels, 1);
  const stem = layer(image, "stem", width, 2);
  const c2 = stage(stem, 0, width);
  const c3 = stage(c2, 1, 2 * width);
  const c4 = stage(c3, 2, 4 * width);
  return [c2, c3, c4, stage(c4, 3, 8 * width)];
}
