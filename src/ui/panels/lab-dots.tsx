// One dot a block, in time order, and the interval beside them: drift and outliers can be seen.

interface Props {
  readonly label: string;
  readonly dots: readonly number[];
  readonly interval: { readonly mean: number; readonly low: number; readonly high: number } | null;
  readonly marginPct: number;
  /** Half the height, in %. */
  readonly scale: number;
}

const WIDTH = 190;
const HEIGHT = 34;
const SIDE = 28;

export function LabDots({ label, dots, interval, marginPct, scale }: Props) {
  const y = (pct: number): number =>
    HEIGHT / 2 - (Math.max(-scale, Math.min(scale, pct)) / scale) * (HEIGHT / 2 - 4);
  const step = (WIDTH - SIDE) / dots.length;
  const x = WIDTH - SIDE / 2;
  const range = dots.map((pct) => `${pct.toFixed(1)} %`).join(", ");
  return (
    <svg
      className="lab-dots"
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={`${label}, block by block: ${range}`}
    >
      <rect className="lab-band" width={WIDTH} y={y(marginPct)} height={y(-marginPct) - y(marginPct)} />
      <line className="lab-zero" x2={WIDTH} y1={y(0)} y2={y(0)} />
      {dots.map((pct, i) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place in time
          key={i}
          className={Math.abs(pct) > scale ? "lab-dot is-outside" : "lab-dot"}
          cx={step * (i + 0.5)}
          cy={y(pct)}
          r={3}
        >
          <title>{`block ${i + 1}: ${pct.toFixed(2)} %`}</title>
        </circle>
      ))}
      {interval !== null && (
        <>
          <path
            className="lab-interval"
            d={`M${x - 5} ${y(interval.high)}h10M${x - 5} ${y(interval.low)}h10M${x} ${y(interval.high)}V${y(interval.low)}`}
          />
          <circle className="lab-mean" cx={x} cy={y(interval.mean)} r={2.5} />
        </>
      )}
    </svg>
  );
}
