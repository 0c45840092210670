// Puts right the CPU backend's gradient of nearest-neighbour resizing: tfjs 4.22 walks dy with the input's batch
// stride, so every page after the first gets another page's gradient. WebGL and WebGPU are right.

import * as tf from "@tensorflow/tfjs-core";

/** Replaces the kernel once; later calls do nothing. */
export function correctNearestGradientOnCpu(): void {
  const registered = tf.getKernel("ResizeNearestNeighborGrad", "cpu");
  if (registered?.kernelFunc === nearestGradient) return;
  if (registered !== undefined) tf.unregisterKernel("ResizeNearestNeighborGrad", "cpu");
  tf.registerKernel({
    kernelName: "ResizeNearestNeighborGrad",
    backendName: "cpu",
    kernelFunc: nearestGradient,
  });
}

const nearestGradient: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { images, dy } = inputs;
  if (images === undefined || dy === undefined)
    throw new Error("ResizeNearestNeighborGrad needs images and dy");
  if (attrs?.alignCorners === true)
    throw new Error("ResizeNearestNeighborGrad: alignCorners is not supported");
  const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
  const [, outHeight = 0, outWidth = 0] = dy.shape;
  const gradient = (backend as tf.KernelBackend).readSync(dy.dataId) as Float32Array;
  const sums = new Float32Array(batch * height * width * channels);
  const sourceOf = (position: number, size: number, outSize: number): number =>
    Math.min(size - 1, Math.floor(position * (size / outSize)));
  let from = 0;
  for (let page = 0; page < batch; page++) {
    for (let y = 0; y < outHeight; y++) {
      const row = (page * height + sourceOf(y, height, outHeight)) * width;
      for (let x = 0; x < outWidth; x++) {
        const to = (row + sourceOf(x, width, outWidth)) * channels;
        for (let channel = 0; channel < channels; channel++) {
          sums[to + channel] = (sums[to + channel] ?? 0) + (gradient[from++] ?? 0);
        }
      }
    }
  }
  const dataId = (backend as tf.KernelBackend).write(sums, images.shape, "float32");
  return { dataId, shape: images.shape, dtype: "float32" };
};
