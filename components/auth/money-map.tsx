/** The picture beside the sign-in form: what devices take flows together and is split to the cent. */
const SOURCES = [
  { y: 64, label: "Parking meters", weight: 22 },
  { y: 124, label: "EV chargers", weight: 34 },
  { y: 190, label: "Toll gates", weight: 16 },
  { y: 244, label: "Bus validators", weight: 26 },
  { y: 304, label: "Smart meters", weight: 14 },
  { y: 356, label: "Phones", weight: 12 },
];

const PARTIES = [
  { label: "Charging network", weight: 44, colour: "var(--series-1)" },
  { label: "City parking", weight: 32, colour: "var(--series-2)" },
  { label: "Metro transit", weight: 24, colour: "var(--series-3)" },
  { label: "Tax office", weight: 14, colour: "var(--series-4)" },
  { label: "Platform", weight: 10, colour: "var(--series-6)" },
];

const LEFT = 132;
const MIDDLE = 292;
const RIGHT = 452;
const CENTRE = 210;

/** A band of constant height from one side to the other, bent like a river. */
function band(x1: number, y1: number, x2: number, y2: number, height: number): string {
  const bend = (x1 + x2) / 2;
  return [
    `M${x1} ${y1}`,
    `C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`,
    `V${y2 + height}`,
    `C${bend} ${y2 + height} ${bend} ${y1 + height} ${x1} ${y1 + height}`,
    "Z",
  ].join(" ");
}

export function MoneyMap() {
  const total = SOURCES.reduce((sum, source) => sum + source.weight, 0);
  const top = CENTRE - total / 2;
  let arrived = top;
  const inflows = SOURCES.map((source) => {
    const y = arrived;
    arrived += source.weight;
    return { ...source, to: y };
  });
  let left = top;
  const gap = 30;
  let placed =
    CENTRE - (PARTIES.reduce((sum, party) => sum + party.weight, 0) + gap * (PARTIES.length - 1)) / 2;
  const outflows = PARTIES.map((party) => {
    const flow = { ...party, from: left, to: placed };
    left += party.weight;
    placed += party.weight + gap;
    return flow;
  });
  return (
    <svg viewBox="0 0 590 420" aria-hidden="true" className="h-auto w-full max-w-[640px]">
      {inflows.map((flow) => (
        <g key={flow.label}>
          <path
            d={band(LEFT, flow.y - flow.weight / 2, MIDDLE - 5, flow.to, flow.weight)}
            fill="var(--decor)"
            opacity={0.22}
          />
          <rect
            x={LEFT - 3}
            y={flow.y - flow.weight / 2}
            width={3}
            height={flow.weight}
            fill="var(--decor)"
          />
          <text x={LEFT - 12} y={flow.y + 4} textAnchor="end" className="fill-muted text-[12px]">
            {flow.label}
          </text>
        </g>
      ))}
      <rect x={MIDDLE - 5} y={top} width={10} height={total} rx={2} fill="var(--accent)" />
      {outflows.map((flow) => (
        <g key={flow.label}>
          <path
            d={band(MIDDLE + 5, flow.from, RIGHT, flow.to, flow.weight)}
            fill={flow.colour}
            opacity={0.28}
          />
          <rect x={RIGHT} y={flow.to} width={3} height={flow.weight} fill={flow.colour} />
          <text x={RIGHT + 14} y={flow.to + flow.weight / 2 + 4} className="fill-ink text-[12px] font-medium">
            {flow.label}
          </text>
        </g>
      ))}
    </svg>
  );
}
