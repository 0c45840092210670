// Colour maps for bytes: viridis for the probability map, cividis for the threshold map (Smith & van der Walt 2015;
// Nuñez, Anderton & Renslow 2018), through their published anchor colours, as 256 RGBA words for ImageData.

const VIRIDIS = [
  "#440154",
  "#482878",
  "#3e4989",
  "#31688e",
  "#26828e",
  "#1f9e89",
  "#35b779",
  "#6ece58",
  "#b5de2b",
  "#fde725",
];
const CIVIDIS = [
  "#00224e",
  "#123570",
  "#3b496c",
  "#575d6d",
  "#707173",
  "#8a8678",
  "#a59c74",
  "#c3b369",
  "#e1cc55",
  "#fee838",
];

type Rgb = readonly [number, number, number];

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Colour at 0..1 on a straight line between the anchors. */
function colorAt(anchors: readonly string[], position: number): Rgb {
  const place = position * (anchors.length - 1);
  const low = Math.min(anchors.length - 2, Math.floor(place));
  const a = rgb(anchors[low] ?? "#000000");
  const b = rgb(anchors[low + 1] ?? "#000000");
  const share = place - low;
  return [0, 1, 2].map((i) =>
    Math.round((a[i] ?? 0) + ((b[i] ?? 0) - (a[i] ?? 0)) * share),
  ) as unknown as Rgb;
}

/** 256 words in the byte order of ImageData (little endian: ABGR). `alpha`: opacity 0..1 of a value 0..1. */
function palette(anchors: readonly string[], alpha: (value: number) => number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    const [r, g, b] = colorAt(anchors, byte / 255);
    const a = Math.round(alpha(byte / 255) * 255);
    return ((a << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

/** Improbable pixels let the page through, probable ones glow. */
export const probabilityPalette = palette(VIRIDIS, (value) => Math.min(0.78, value * 1.1));
export const thresholdPalette = palette(CIVIDIS, () => 0.72);

/** CSS gradient stops of the same colours, for legends. */
export const viridisStops = VIRIDIS.join(", ");
export const cividisStops = CIVIDIS.join(", ");
