"use client";

import { type ReactNode, useCallback } from "react";
import { accountEntries, useSignOut } from "@/components/frame/account-entries";
import { PortalFrame } from "@/components/frame/portal-frame";
import { ProgramsProvider } from "@/components/frame/programs-context";
import { type HitPages, paletteHits } from "@/components/frame/search-hits";
import type { NavGroup, PaletteSearch } from "@/components/frame/types";
import type { ProgramChoice } from "@/server/reporting/schema";
import type { useMerchantClient } from "@/server/trpc/client";
import type { PortalFacts } from "@/server/trpc/portal";

interface PortalShellProps {
  facts: PortalFacts;
  /** As the switcher of organisations names it. */
  portal: string;
  /** The busiest first: in its zone stand the times of pages that are about no program. */
  programs: readonly ProgramChoice[];
  groups: readonly NavGroup[];
  client: { reporting: Pick<ReturnType<typeof useMerchantClient>["reporting"], "search"> };
  /** Where the palette leads to what it finds. */
  pages: HitPages;
  children: ReactNode;
}

/** The frame of a portal, as far as all portals have it alike. */
export function PortalShell({ facts, portal, programs, groups, client, pages, children }: PortalShellProps) {
  const { base, organisationId, name } = facts.portal;
  const onSearch = useCallback<PaletteSearch>(
    async (text, signal) => {
      const { hits } = await client.reporting.search.query({ text }, { signal });
      return paletteHits(hits, base, pages);
    },
    [client, base, pages],
  );
  return (
    <PortalFrame
      organisation={{ id: organisationId, name, portal, href: base }}
      organisations={facts.organisations}
      groups={groups}
      user={facts.user}
      accountEntries={accountEntries}
      onSignOut={useSignOut()}
      zone={programs[0]?.timeZone ?? "UTC"}
      place={programs[0]?.name}
      serverNow={facts.serverNow}
      demo={facts.demo}
      onSearch={onSearch}
    >
      <ProgramsProvider programs={programs}>{children}</ProgramsProvider>
    </PortalFrame>
  );
}
