import { ChevronRight, Landmark, Store, Waypoints } from "lucide-react";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { FirstUse } from "@/components/ui/empty-state";
import { ROLE_LABELS } from "@/server/identity/constants";
import type { OrganisationKind, Role } from "@/server/identity/permissions";

interface Membership {
  role: Role;
  path: string;
  kind: OrganisationKind;
  name: string;
  suspended: boolean;
}

const KINDS = {
  operator: { label: "Operator console", icon: Waypoints },
  merchant: { label: "Merchant portal", icon: Store },
  agency: { label: "Agency portal", icon: Landmark },
};

export function OrganisationChoice({ memberships }: { memberships: readonly Membership[] }) {
  if (memberships.length === 0) {
    return (
      <div className="rounded-lg border border-line bg-panel">
        <FirstUse title="You are in no organisation yet">
          Ask somebody of your organisation to invite your e-mail address from their team page, then open the
          link they send you.
        </FirstUse>
      </div>
    );
  }
  return (
    <ul className="divide-y divide-line-soft overflow-hidden rounded-lg border border-line bg-panel">
      {memberships.map((membership) => (
        <li key={`${membership.kind}-${membership.path}-${membership.name}`}>
          {membership.suspended ? (
            <div className="flex items-center gap-3.5 px-4 py-3.5">
              <Entry membership={membership} />
              <Badge tone="waiting">Suspended</Badge>
            </div>
          ) : (
            <Link
              href={membership.path}
              className="group flex items-center gap-3.5 px-4 py-3.5 transition-colors -outline-offset-2 hover:bg-hover"
            >
              <Entry membership={membership} />
              <ChevronRight
                aria-hidden
                className="size-4 text-decor transition-colors group-hover:text-ink"
              />
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}

function Entry({ membership }: { membership: Membership }) {
  const { label, icon: Icon } = KINDS[membership.kind];
  return (
    <>
      <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-accent-soft text-accent">
        <Icon aria-hidden className="size-[18px]" />
      </span>
      <span className="min-w-0 flex-1">
        <span className="block text-base font-semibold wrap-anywhere">{membership.name}</span>
        <span className="block truncate text-sm text-muted">
          {label} · {ROLE_LABELS[membership.role]}
        </span>
      </span>
    </>
  );
}
