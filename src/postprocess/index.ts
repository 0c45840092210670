// Probability map → polygons with scores.

export {};
