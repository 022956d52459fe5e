"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { settingValue, settingWords } from "@/components/confirmations/confirmation-words";
import {
  ProposeAdjustment,
  ProposePayoutRule,
  ProposeSetting,
} from "@/components/confirmations/propose-dialogs";
import { WaitingList } from "@/components/confirmations/waiting-list";
import { usePortal } from "@/components/frame/portal-context";
import { usePrograms } from "@/components/frame/programs-context";
import { QueryView } from "@/components/query/query-view";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonRows } from "@/components/ui/skeleton";
import type { AuthoritySettingView } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** The inbox of a second person, and what one can propose to another. */
export function ConfirmationsPage() {
  const trpc = useOperatorTrpc();
  const { can } = usePortal();
  const { currencies } = usePrograms();
  const waiting = useQuery(trpc.confirmations.list.queryOptions(undefined, { refetchInterval: 30_000 }));
  const settings = useQuery(trpc.confirmations.settings.queryOptions());
  const [proposing, setProposing] = useState<"adjustment" | "rule" | null>(null);
  const [setting, setSetting] = useState<AuthoritySettingView | null>(null);
  const close = () => setProposing(null);
  return (
    <Page>
      <PageHeader
        title="Second person"
        meta="Whatever sends money to a new place takes two people who are really two"
        actions={
          <>
            {can("payouts.approve") ? (
              <Button onClick={() => setProposing("rule")}>Payout rule…</Button>
            ) : null}
            {can("runs.create") ? (
              <Button variant="primary" icon={<Plus />} onClick={() => setProposing("adjustment")}>
                Adjustment
              </Button>
            ) : null}
          </>
        }
      />
      <QueryView query={waiting} what="What waits" skeleton={<SkeletonRows rows={4} columns={3} />}>
        {(rows) => <WaitingList rows={rows} />}
      </QueryView>
      <Card title="How much may one sign?" hint="Changing one takes two people" flush>
        <QueryView query={settings} what="The limits" skeleton={<SkeletonRows rows={3} columns={2} />}>
          {(rows) => (
            <ul className="divide-y divide-line-soft border-t border-line-soft">
              {rows.map((each) => {
                const { label } = settingWords(each.name);
                return (
                  <li key={each.name} className="flex items-center gap-4 px-4 py-2.5 text-sm">
                    <span className="min-w-0 flex-1">{label}</span>
                    <span className="tabular text-right">
                      {settingValue(each.name, each.value, currencies)}
                    </span>
                    {can("programs.manage") ? (
                      <Button size="sm" onClick={() => setSetting(each)}>
                        Change
                      </Button>
                    ) : null}
                  </li>
                );
              })}
            </ul>
          )}
        </QueryView>
      </Card>
      {proposing === "adjustment" ? <ProposeAdjustment open onClose={close} /> : null}
      {proposing === "rule" ? <ProposePayoutRule open onClose={close} /> : null}
      {setting ? (
        <ProposeSetting key={setting.name} setting={setting} onClose={() => setSetting(null)} />
      ) : null}
    </Page>
  );
}
