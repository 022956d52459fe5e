"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { PenLine, Send } from "lucide-react";
import { useState } from "react";
import { AgreementDetailView, termsOf } from "@/components/agreements/agreement-detail";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { QueryView } from "@/components/query/query-view";
import { ChangesCard } from "@/components/settlement/agreements/changes-card";
import { TryAgreement } from "@/components/settlement/agreements/try-agreement";
import { useProgramParties } from "@/components/settlement/agreements/use-party-names";
import { ZoneProvider } from "@/components/time/zone-context";
import { Banner } from "@/components/ui/banner";
import { Button, ButtonLink } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Page } from "@/components/ui/page-header";
import { showToast } from "@/components/ui/toast";
import type { AgreementDetail } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** One version of any program: in words, what it changes, how it splits, and who has answered. */
export function OperatorAgreementPage({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const agreement = useQuery(trpc.agreements.get.queryOptions({ agreementId: id }));
  return (
    <Page>
      <QueryView query={agreement} what="This agreement" skeleton={<PayoutSkeleton />}>
        {(data) => <Loaded agreement={data} />}
      </QueryView>
    </Page>
  );
}

function Loaded({ agreement }: { agreement: AgreementDetail }) {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const { program, nameOf } = useProgramParties(agreement.program.slug);
  const versions = useQuery(
    trpc.agreements.list.queryOptions({ programId: agreement.program.id, limit: 200 }),
  );
  const all = versions.data?.items ?? [];
  // The version that this one follows: the highest below it that was not rejected and is no draft.
  const earlier = all
    .filter((each) => each.version < agreement.version && !["draft", "rejected"].includes(each.state))
    .sort((a, b) => b.version - a.version)[0];
  const before = useQuery(
    trpc.agreements.get.queryOptions({ agreementId: earlier?.id ?? "" }, { enabled: earlier !== undefined }),
  );
  const inForceId = all.find((each) => each.state === "in_force" && each.id !== agreement.id)?.id;
  const inForce = useQuery(
    trpc.agreements.get.queryOptions(
      { agreementId: inForceId ?? "" },
      { enabled: inForceId !== undefined && ["draft", "proposed", "approved"].includes(agreement.state) },
    ),
  );
  const currency = program?.currency ?? "";
  const compares = before.data && earlier && before.data.id === earlier.id ? before.data : undefined;
  const newDraft = `${base}/agreements/new?program=${agreement.program.slug}&from=${agreement.id}`;
  return (
    <ZoneProvider zone={program?.timeZone ?? "UTC"} place={agreement.program.name}>
      <Crumbs items={[{ label: `${agreement.program.name}, version ${agreement.version}` }]} />
      {agreement.state === "draft" ? (
        <Banner tone="neutral" title="A draft: nobody else sees it yet">
          Proposing it asks every party that it names. From then on its terms cannot be changed.
        </Banner>
      ) : null}
      <AgreementDetailView
        agreement={agreement}
        inForce={inForce.data}
        currency={currency}
        nameOf={nameOf}
        actions={
          can("agreements.write") ? (
            <>
              <ButtonLink href={newDraft} icon={<PenLine />}>
                Draft from this
              </ButtonLink>
              {agreement.state === "draft" ? <Propose agreement={agreement} nameOf={nameOf} /> : null}
            </>
          ) : undefined
        }
        comparison={
          <>
            <TryAgreement
              programId={agreement.program.id}
              terms={agreement.terms}
              currency={currency}
              merchants={(program?.parties ?? []).filter(({ kind }) => kind === "merchant")}
              nameOf={nameOf}
            />
            {compares && compares.id !== inForce.data?.id ? (
              <ChangesCard agreement={agreement} before={compares} currency={currency} />
            ) : null}
          </>
        }
      />
    </ZoneProvider>
  );
}

function Propose({ agreement, nameOf }: { agreement: AgreementDetail; nameOf: (party: string) => string }) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const propose = useMutation(trpc.agreements.propose.mutationOptions());
  const named = [...namesIn(termsOf(agreement))].filter((party) => party !== "operator").sort();
  return (
    <>
      <Button variant="primary" icon={<Send />} onClick={() => setOpen(true)}>
        Propose
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Propose version ${agreement.version} of ${agreement.program.name}?`}
        consequence={
          named.length === 0
            ? "It names nobody but the platform, so it is approved at once."
            : `${named.map(nameOf).join(", ")} are asked. It comes into force only when all of them have approved it; its terms cannot be changed any more.`
        }
        confirmLabel="Propose it"
        onConfirm={async () => {
          await propose.mutateAsync({ agreementId: agreement.id });
          await queryClient.invalidateQueries();
          showToast({ title: `Version ${agreement.version} is proposed` });
        }}
      />
    </>
  );
}

/** Short names of the parties in any corner of the terms: whoever gets something, funds something or bears it. */
function namesIn(part: unknown, names = new Set<string>()): Set<string> {
  if (Array.isArray(part)) for (const each of part) namesIn(each, names);
  else if (typeof part === "object" && part !== null) {
    for (const [key, value] of Object.entries(part)) {
      const isName = ["to", "from", "bearer"].includes(key) && typeof value === "string";
      if (!isName) namesIn(value, names);
      else if (value !== "$merchant" && value !== "by-legs") names.add(value);
    }
  }
  return names;
}
