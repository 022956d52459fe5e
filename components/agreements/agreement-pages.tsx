"use client";

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Handshake } from "lucide-react";
import type { ReactNode } from "react";
import { AGREEMENT_COLUMNS } from "@/components/agreements/agreement-columns";
import { AgreementDetailView } from "@/components/agreements/agreement-detail";
import { AnswerAgreement } from "@/components/agreements/answer-agreement";
import { MerchantTerms } from "@/components/agreements/merchant-terms";
import { SimulationCard, SimulationSums } from "@/components/agreements/simulation-card";
import { DataTable } from "@/components/data-table/data-table";
import { useTableState } from "@/components/data-table/use-table-state";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { pagedRows } from "@/components/query/paged-rows";
import { QueryView } from "@/components/query/query-view";
import { ZoneProvider } from "@/components/time/zone-context";
import { FirstUse } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { showToast } from "@/components/ui/toast";
import type { AgreementDetail } from "@/server/settlement/schema";
import { type MerchantTrpc, useAgencyTrpc, useMerchantTrpc } from "@/server/trpc/client";

type PartyTrpc = Pick<MerchantTrpc, "agreements" | "programs">;

export function MerchantAgreementsPage() {
  return (
    <AgreementsPage trpc={useMerchantTrpc()} none="No agreement yet">
      <MerchantTerms />
    </AgreementsPage>
  );
}

export function AgencyAgreementsPage() {
  return <AgreementsPage trpc={useAgencyTrpc()} none="No agreement names you yet" />;
}

export function MerchantAgreementPage({ id }: { id: string }) {
  return <AgreementPage id={id} trpc={useMerchantTrpc()} />;
}

export function AgencyAgreementPage({ id }: { id: string }) {
  return <AgreementPage id={id} trpc={useAgencyTrpc()} />;
}

/** The versions of the agreements that split a merchant's payments or name an agency, newest first. */
function AgreementsPage({ trpc, none, children }: { trpc: PartyTrpc; none: string; children?: ReactNode }) {
  const { base } = usePortal();
  const state = useTableState();
  const list = useInfiniteQuery(
    trpc.agreements.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <Page>
      <PageHeader
        title="Agreements"
        meta="How payments are split. A version comes into force only when everybody whose money it touches has agreed."
      />
      <DataTable
        id="agreements"
        label="Agreements"
        columns={AGREEMENT_COLUMNS}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/agreements/${row.id}`}
        state={state}
        firstUse={
          <FirstUse title={none} icon={<Handshake aria-hidden />}>
            When the operator proposes how payments are split and you have a part in it, it stands here for
            your answer.
          </FirstUse>
        }
      />
      {children}
    </Page>
  );
}

/** One version, to read and to answer. */
function AgreementPage({ id, trpc }: { id: string; trpc: PartyTrpc }) {
  const agreement = useQuery(trpc.agreements.get.queryOptions({ agreementId: id }));
  return (
    <Page>
      <QueryView query={agreement} what="This agreement" skeleton={<PayoutSkeleton />}>
        {(data) => <Loaded agreement={data} trpc={trpc} />}
      </QueryView>
    </Page>
  );
}

function Loaded({ agreement, trpc }: { agreement: AgreementDetail; trpc: PartyTrpc }) {
  const { kind, slug, can } = usePortal();
  const queryClient = useQueryClient();
  const program = useQuery(trpc.programs.get.queryOptions({ slug: agreement.program.slug }));
  const versions = useQuery(
    trpc.agreements.list.queryOptions({ programId: agreement.program.id, limit: 50 }),
  );
  const inForceId = versions.data?.items.find((each) => each.state === "in_force")?.id;
  const inForce = useQuery(
    trpc.agreements.get.queryOptions(
      { agreementId: inForceId ?? "" },
      { enabled: inForceId !== undefined && inForceId !== agreement.id },
    ),
  );
  const compares = agreement.state === "proposed" || agreement.state === "approved";
  const simulation = useQuery(
    trpc.agreements.simulate.queryOptions(
      { agreementId: agreement.id },
      {
        enabled: compares,
        staleTime: 600_000,
        // The worker reckons it once, a moment after the proposal.
        refetchInterval: (query) => (query.state.data === null ? 2_000 : false),
      },
    ),
  );
  const answer = useMutation(trpc.agreements.answer.mutationOptions());
  const names = new Map(program.data?.parties.map((party) => [party.slug, party.name]));
  const nameOf = (party: string) => {
    if (party === "$merchant") return kind === "merchant" ? "You" : "The merchant";
    return party === "operator" ? "The platform" : (names.get(party) ?? party);
  };
  const mayAnswer =
    agreement.state === "proposed" &&
    agreement.ownAnswer === "waiting" &&
    can("agreements.answer") &&
    agreement.ownFault === null;
  return (
    <ZoneProvider zone={program.data?.timeZone ?? "UTC"} place={agreement.program.name}>
      <Crumbs items={[{ label: `Version ${agreement.version}` }]} />
      <AgreementDetailView
        agreement={agreement}
        inForce={compares ? inForce.data : undefined}
        currency={program.data?.currency ?? ""}
        nameOf={nameOf}
        own={kind === "merchant" ? "$merchant" : slug}
        comparison={compares ? <SimulationCard version={agreement.version} query={simulation} /> : undefined}
        actions={
          mayAnswer ? (
            <AnswerAgreement
              agreement={agreement}
              evidence={simulation.data ? <SimulationSums simulation={simulation.data} /> : undefined}
              onAnswer={async (given, reason) => {
                await answer.mutateAsync({ agreementId: agreement.id, answer: given, reason });
                await queryClient.invalidateQueries();
                showToast({
                  title: `Version ${agreement.version} ${given}`,
                  tone: given === "approved" ? "arrived" : "neutral",
                });
                return undefined;
              }}
            />
          ) : undefined
        }
      />
    </ZoneProvider>
  );
}
