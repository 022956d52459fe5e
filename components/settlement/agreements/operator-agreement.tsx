"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { PenLine, Send } from "lucide-react";
import { useState } from "react";
import { AgreementDetailView } from "@/components/agreements/agreement-detail";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { QueryView } from "@/components/query/query-view";
import { ChangesCard } from "@/components/settlement/agreements/changes-card";
import { OperatorSide, operatorFault } from "@/components/settlement/agreements/operator-side";
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
          Proposing it asks every party that it or the version before names, and every merchant of the
          program. Its terms cannot be changed; another version can be drafted from it.
        </Banner>
      ) : null}
      {operatorFault(agreement) ? (
        <Banner tone="waiting" title="It waits for the operator's second person">
          {operatorFault(agreement)}
        </Banner>
      ) : null}
      <AgreementDetailView
        agreement={agreement}
        inForce={inForce.data}
        currency={currency}
        nameOf={nameOf}
        actions={
          <>
            {can("agreements.write") ? (
              <ButtonLink href={newDraft} icon={<PenLine />}>
                Draft from this
              </ButtonLink>
            ) : null}
            {can("agreements.write") && agreement.state === "draft" ? (
              <Propose agreement={agreement} />
            ) : null}
            {agreement.state === "proposed" ? <OperatorSide agreement={agreement} /> : null}
          </>
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

function Propose({ agreement }: { agreement: AgreementDetail }) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const propose = useMutation(trpc.agreements.propose.mutationOptions());
  const parties = agreement.answers.filter(({ party }) => party.kind !== "merchant");
  const asked = [
    ...parties.map(({ party }) => party.name),
    `${agreement.merchants.asked} ${agreement.merchants.asked === 1 ? "merchant" : "merchants"}`,
  ];
  return (
    <>
      <Button variant="primary" icon={<Send />} onClick={() => setOpen(true)}>
        Propose
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Propose version ${agreement.version} of ${agreement.program.name}?`}
        consequence={`${asked.join(", ")} are asked, and a second person of the operator has to approve it. It comes into force only when all of them agree.`}
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
