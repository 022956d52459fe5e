"use client";

import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { useChoices } from "@/components/operator/use-choices";
import { ProgramSelect, useProgramParam } from "@/components/overview/program-select";
import { ZoneProvider } from "@/components/time/zone-context";
import { Card } from "@/components/ui/card";
import { FirstUse } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { LinkTabs } from "@/components/ui/tabs";

export type RulesProgram = ReturnType<typeof useChoices>["programs"][number];

interface RulesFrameProps {
  meta: ReactNode;
  aside?: ReactNode;
  actions?: (program: RulesProgram) => ReactNode;
  /** When another program is chosen. */
  onProgram?: () => void;
  children: (program: RulesProgram) => ReactNode;
}

/** Score, limits and allowances of one program under one head. */
export function RulesFrame({ meta, aside, actions, onProgram, children }: RulesFrameProps) {
  const { base } = usePortal();
  const path = usePathname();
  const { programs } = useChoices();
  const [slug, setSlug] = useProgramParam();
  const program = programs.find((each) => each.slug === slug) ?? programs[0];
  if (!program) {
    return (
      <Page>
        <PageHeader title="Rules" />
        <Card flush>
          <FirstUse title="There is no program yet">Rules belong to a program. Create one first.</FirstUse>
        </Card>
      </Page>
    );
  }
  const tabs = [
    { href: `${base}/rules`, label: "Score" },
    { href: `${base}/rules/limits`, label: "Limits" },
    { href: `${base}/rules/allowances`, label: "Allowances" },
  ];
  const query = slug === null ? "" : `?program=${encodeURIComponent(slug)}`;
  return (
    <ZoneProvider zone={program.timeZone} place={program.name}>
      <Page>
        <PageHeader
          title="Rules"
          aside={
            <>
              <ProgramSelect
                programs={programs}
                value={program.slug}
                onValueChange={(next) => {
                  onProgram?.();
                  void setSlug(next);
                }}
              />
              {aside}
            </>
          }
          meta={meta}
          actions={actions?.(program)}
        />
        <LinkTabs
          label="Kinds of rules"
          items={tabs.map(({ href, label }) => ({ href: `${href}${query}`, label, active: path === href }))}
        />
        {children(program)}
      </Page>
    </ZoneProvider>
  );
}
