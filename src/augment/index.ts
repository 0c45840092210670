// Seeded transforms of a page, each an affine map from upright to input pixels with an exact way back.

export { type Augmentation, type AugmentedPage, augmentationOf } from "./augmentation.ts";
export { type ColorChange, randomColorChange } from "./color.ts";
export { type FixedPlacement, fixedForEvaluation, fixedForTraining, randomDials } from "./fixed-placement.ts";
export { evaluationPlacement } from "./letterbox.ts";
export { type PageToPlace, trainPlacement } from "./train-placement.ts";
