import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface Tap {
  label: string;
  /** As shown: "14:02". */
  time?: string;
  lat?: number;
  lon?: number;
}

interface TapMapProps {
  /** The earlier tap. */
  from: Tap;
  /** The tap in question. */
  to: Tap;
  km: number;
  minutes: number;
  kmh: number;
  /** What follows from it: "possible on foot or by bus". */
  verdict?: ReactNode;
  suspicious?: boolean;
  className?: string;
}

const WIDTH = 320;
const HEIGHT = 160;

interface Spot {
  x: number;
  y: number;
}

/** Two spots whose direction is true to the ground and whose distance fills the picture; the real one is in words. */
function spotsOf(from: Tap, to: Tap): [Spot, Spot] {
  const centre = { x: WIDTH / 2, y: HEIGHT / 2 - 6 };
  let east = 1;
  let north = 0.18;
  if (from.lat !== undefined && from.lon !== undefined && to.lat !== undefined && to.lon !== undefined) {
    east = (to.lon - from.lon) * Math.cos((((from.lat + to.lat) / 2) * Math.PI) / 180);
    north = to.lat - from.lat;
  }
  const distance = Math.hypot(east, north);
  if (distance === 0) return [centre, { x: centre.x + 1, y: centre.y }];
  const reach = Math.min(
    92 / Math.max(0.001, Math.abs(east / distance)),
    38 / Math.max(0.001, Math.abs(north / distance)),
  );
  const dx = (east / distance) * reach;
  const dy = (-north / distance) * reach;
  return [
    { x: centre.x - dx, y: centre.y - dy },
    { x: centre.x + dx, y: centre.y + dy },
  ];
}

const figure = (value: number) =>
  value >= 100 ? Math.round(value).toString() : String(Number(value.toFixed(1)));

/** Two taps on an abstract map, with the speed that lies between them. */
export function TapMap({ from, to, km, minutes, kmh, verdict, suspicious, className }: TapMapProps) {
  const [start, end] = spotsOf(from, to);
  const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
  const bow = Math.min(40, Math.max(16, Math.hypot(end.x - start.x, end.y - start.y) * 0.28));
  const colour = suspicious ? "var(--loss)" : "var(--series-2)";
  const sentence = `${figure(km)} km in ${figure(minutes)} min, ${figure(kmh)} km/h`;
  return (
    <div className={cn("min-w-0", className)}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`From ${from.label} to ${to.label}: ${sentence}`}
        className="block w-full overflow-hidden rounded-md"
      >
        <rect width={WIDTH} height={HEIGHT} fill="var(--neutral-soft)" />
        <path
          d={`M0,${HEIGHT - 26} C60,${HEIGHT - 44} 110,${HEIGHT - 8} 180,${HEIGHT - 24} S280,${HEIGHT - 34} ${WIDTH},${HEIGHT - 18} V${HEIGHT} H0 Z`}
          fill="var(--accent-soft)"
        />
        <g stroke="var(--panel)" strokeWidth={5} strokeLinecap="round" opacity={0.9}>
          <path d="M20,34 H300 M34,82 H286 M70,14 V122 M158,8 V118 M244,16 V116" fill="none" />
          <path d="M70,122 L158,82 M244,34 L300,66" fill="none" strokeWidth={3.5} />
        </g>
        <path
          d={`M${start.x},${start.y} Q${middle.x},${middle.y - bow * 1.6} ${end.x},${end.y}`}
          fill="none"
          stroke={colour}
          strokeWidth={2}
          strokeDasharray="1 4.5"
          strokeLinecap="round"
        />
        <Pin spot={start} other={end} tap={from} colour="var(--series-6)" />
        <Pin spot={end} other={start} tap={to} colour={colour} />
      </svg>
      <p className="mt-2.5 text-sm text-muted">
        <span className={cn("tabular font-medium", suspicious ? "text-loss" : "text-ink")}>{sentence}</span>
        {verdict ? <>: {verdict}</> : null}
      </p>
    </div>
  );
}

function Pin({ spot, other, tap, colour }: { spot: Spot; other: Spot; tap: Tap; colour: string }) {
  const text = tap.time ? `${tap.time} ${tap.label}` : tap.label;
  const below = spot.y >= other.y || Math.abs(spot.y - other.y) < 12;
  const anchor = spot.x < WIDTH * 0.3 ? "start" : spot.x > WIDTH * 0.7 ? "end" : "middle";
  const x =
    anchor === "start"
      ? Math.max(8, spot.x - 6)
      : anchor === "end"
        ? Math.min(WIDTH - 8, spot.x + 6)
        : spot.x;
  return (
    <>
      <circle cx={spot.x} cy={spot.y} r={6} fill={colour} stroke="var(--panel)" strokeWidth={2} />
      <text
        x={x}
        y={below ? spot.y + 20 : spot.y - 13}
        textAnchor={anchor}
        fontSize={11}
        fill="var(--ink)"
        stroke="var(--neutral-soft)"
        strokeWidth={3}
        paintOrder="stroke"
        strokeLinejoin="round"
      >
        {text}
      </text>
    </>
  );
}
