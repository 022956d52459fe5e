import {
  BusFront,
  CircleParking,
  CreditCard,
  EvCharger,
  Fence,
  Gauge,
  type LucideIcon,
  Smartphone,
} from "lucide-react";
import { cn } from "@/components/ui/cn";

interface KindLook {
  /** "EV charger" */
  one: string;
  /** "EV chargers" */
  many: string;
  /** What it takes money for: "Charging". */
  trade: string;
  icon: LucideIcon;
  series: number;
}

/** Every kind of device: its words, its picture and its colour, the same on every chart. */
const KINDS: Record<string, KindLook> = {
  ev_charger: { one: "EV charger", many: "EV chargers", trade: "Charging", icon: EvCharger, series: 1 },
  parking_meter: {
    one: "Parking meter",
    many: "Parking meters",
    trade: "Parking",
    icon: CircleParking,
    series: 3,
  },
  toll_gate: { one: "Toll gate", many: "Toll gates", trade: "Tolls", icon: Fence, series: 5 },
  transit_validator: {
    one: "Transit validator",
    many: "Transit validators",
    trade: "Fares",
    icon: BusFront,
    series: 4,
  },
  smart_meter: { one: "Smart meter", many: "Smart meters", trade: "Energy", icon: Gauge, series: 2 },
  phone: { one: "Phone", many: "Phones", trade: "Phone parking", icon: Smartphone, series: 6 },
};

export const DEVICE_KIND_KEYS = Object.keys(KINDS);

export function kindLook(kind: string): KindLook {
  const words = kind.replaceAll("_", " ");
  const word = words.charAt(0).toUpperCase() + words.slice(1);
  return KINDS[kind] ?? { one: word, many: word, trade: word, icon: CreditCard, series: 6 };
}

export function DeviceKindIcon({ kind, className }: { kind: string; className?: string }) {
  const { icon: Icon } = kindLook(kind);
  return <Icon aria-hidden className={cn("size-4 shrink-0 text-muted", className)} />;
}

export function DeviceKind({ kind }: { kind: string }) {
  return (
    <span className="inline-flex items-baseline gap-1.5 whitespace-nowrap">
      <DeviceKindIcon kind={kind} className="self-center" />
      {kindLook(kind).one}
    </span>
  );
}
