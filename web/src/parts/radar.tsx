/** A radar of scores. The same figures are beside it as text, so it is hidden from screen readers. */

interface Axis {
  name: string;
  score: number;
}

const RADIUS = 100;
const RINGS = [0.25, 0.5, 0.75, 1];
const LONGEST = 20;

export function Radar({ axes, scale }: { axes: readonly Axis[]; scale: readonly [number, number] }) {
  const [low, high] = scale;
  const share = (score: number) => (score - low) / (high - low);
  const directions = axes.map((_, index) => {
    const angle = (index / axes.length) * 2 * Math.PI;
    return { x: Math.sin(angle), y: -Math.cos(angle) };
  });
  const outline = (shares: readonly number[]) =>
    directions.map(({ x, y }, index) => {
      const length = RADIUS * (shares[index] ?? 0);
      return `${(x * length).toFixed(2)},${(y * length).toFixed(2)}`;
    });
  const corners = outline(axes.map(({ score }) => share(score)));
  return (
    <svg class="radar" viewBox="-250 -130 500 260" aria-hidden="true">
      {RINGS.map((ring) => (
        <polygon key={ring} class="ring" points={outline(axes.map(() => ring)).join(" ")} />
      ))}
      {directions.map(({ x, y }, index) => (
        <g key={index}>
          <line class="ring" x2={x * RADIUS} y2={y * RADIUS} />
          <text
            x={x * (RADIUS + 12)}
            y={y * (RADIUS + 14)}
            text-anchor={Math.abs(x) < 0.2 ? "middle" : x > 0 ? "start" : "end"}
            dominant-baseline="middle"
          >
            {shortened(axes[index]?.name ?? "")}
          </text>
        </g>
      ))}
      <polygon class="shape" points={corners.join(" ")} />
      {corners.map((corner) => {
        const [x, y] = corner.split(",");
        return <circle key={corner} class="dot" cx={x} cy={y} r="4" />;
      })}
    </svg>
  );
}

function shortened(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 1).trimEnd()}…` : name;
}
