import {
  ArrowLeftRight,
  Building2,
  CalendarCheck,
  FileText,
  Landmark,
  type LucideIcon,
  RadioTower,
  ShieldAlert,
} from "lucide-react";
import type { PaletteHit } from "@/components/frame/types";
import type { SearchHit } from "@/server/reporting/schema";

const LOOKS: Record<SearchHit["kind"], { group: string; icon: LucideIcon }> = {
  payment: { group: "Payments", icon: ArrowLeftRight },
  device: { group: "Devices", icon: RadioTower },
  case: { group: "Cases", icon: ShieldAlert },
  payout: { group: "Payouts", icon: Landmark },
  statement: { group: "Statements", icon: FileText },
  organisation: { group: "Organisations", icon: Building2 },
  run: { group: "Settlement runs", icon: CalendarCheck },
};

/** What a portal's pages of each kind of thing begin with, below its base: "payments/" and the id follows. */
export type HitPages = Partial<Record<SearchHit["kind"], string>>;

/** What the search found, as the palette shows it; kinds that the portal has no page for are left out. */
export function paletteHits(hits: readonly SearchHit[], base: string, pages: HitPages): PaletteHit[] {
  return hits.flatMap((hit) => {
    const page = pages[hit.kind];
    if (!page) return [];
    const { group, icon: Icon } = LOOKS[hit.kind];
    const href = `${base}/${page}${hit.id}`;
    return [{ id: hit.id, label: hit.title, hint: hit.detail, href, group, icon: <Icon /> }];
  });
}
