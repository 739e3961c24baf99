import { useElementSize } from '@mantine/hooks';
import type { DeliverySummary } from '@sluice/client';
import { type Paint, paintOf } from '../../blocks/state.tsx';
import { milliseconds, whenIs } from '../../text/words.ts';
import { durationOf } from './tiles.tsx';

const height = 240;
const margin = { left: 52, right: 12, top: 10, bottom: 24 };
const words: readonly [Paint, string][] = [
  ['good', 'Delivered'],
  ['bad', 'Failed'],
  ['retrying', 'Retrying'],
  ['waiting', 'On its way'],
  ['held', 'Held for review'],
  ['idle', 'Cancelled'],
];

/**
 * A dot for each delivery: from left to right in the order in which they were made, which leaves no gap where nothing
 * happened; upwards how long it took, in powers of ten. What has not ended rises for as long as it has been waiting.
 */
export function Pulse({ deliveries, now }: { deliveries: readonly DeliverySummary[]; now: number }) {
  const { ref, width } = useElementSize();
  const dots = [...deliveries]
    .sort((a, b) => a.created_at.localeCompare(b.created_at))
    .map((delivery) => ({
      delivery,
      took: durationOf(delivery) ?? Math.max(0, now - Date.parse(delivery.created_at)),
    }));
  const [oldest, newest] = [dots[0]?.delivery, dots.at(-1)?.delivery];
  const highest = Math.max(4, Math.ceil(Math.log10(Math.max(1, ...dots.map(({ took }) => took)))));
  const inner = {
    width: Math.max(1, width - margin.left - margin.right),
    height: height - margin.top - margin.bottom,
  };
  const x = (index: number) => margin.left + ((index + 0.5) / dots.length) * inner.width;
  const y = (duration: number) =>
    margin.top + inner.height - (Math.log10(Math.max(1, duration)) / highest) * inner.height;
  const powers = Array.from({ length: highest + 1 }, (_, power) => 10 ** power);
  const counts = countsOf(deliveries);
  return (
    <div ref={ref}>
      <svg
        className="pulse"
        height={height}
        role="img"
        aria-label={`Deliveries by order and duration: ${counts.map(({ word, count }) => `${count} ${word.toLowerCase()}`).join(', ')}`}
      >
        {powers.map((power) => (
          <g key={power}>
            <line
              className="pulse-line"
              x1={margin.left}
              x2={width - margin.right}
              y1={y(power)}
              y2={y(power)}
            />
            <text x={margin.left - 8} y={y(power) + 4} textAnchor="end">
              {label(power)}
            </text>
          </g>
        ))}
        <text x={margin.left} y={height - 4}>
          {oldest && whenIs(oldest.created_at, now)}
        </text>
        <text x={width - margin.right} y={height - 4} textAnchor="end">
          {newest && whenIs(newest.created_at, now)}
        </text>
        {dots.map(({ delivery, took }, index) => (
          <circle
            key={delivery.id}
            className={`paint-${paintOf(delivery)}`}
            cx={x(index)}
            cy={y(took)}
            r={4}
            fillOpacity={0.75}
          >
            <title>{`${delivery.event_type}: ${delivery.state}, ${milliseconds(took)}`}</title>
          </circle>
        ))}
      </svg>
      <div className="legend" aria-hidden="true">
        {counts.map(({ paint, word, count }) => (
          <span key={paint}>
            <i className={`paint-${paint}`} />
            {word} ({count})
          </span>
        ))}
      </div>
    </div>
  );
}

/** How many deliveries there are of each colour. */
function countsOf(deliveries: readonly DeliverySummary[]) {
  const paints = deliveries.map(paintOf);
  return words
    .map(([paint, word]) => ({ paint, word, count: paints.filter((one) => one === paint).length }))
    .filter(({ count }) => count > 0);
}

/** Of a power of ten in ms. */
function label(power: number): string {
  if (power < 1_000) return `${power} ms`;
  if (power < 100_000) return `${power / 1_000} s`;
  return power < 10_000_000 ? `${Math.round(power / 60_000)} min` : `${Math.round(power / 3_600_000)} h`;
}
