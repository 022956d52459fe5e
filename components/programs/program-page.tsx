"use client";

import { useQuery } from "@tanstack/react-query";
import { CalendarCheck, Handshake, Plus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { SimpleTable } from "@/components/data-table/simple-table";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { AddParty } from "@/components/programs/add-party";
import { delayWords, momentWords, periodWords } from "@/components/programs/calendar-words";
import { ChangeCalendar } from "@/components/programs/change-calendar";
import { HolidaysCard } from "@/components/programs/holidays";
import { ProgramMoney } from "@/components/programs/program-money";
import { ProgramTerms } from "@/components/programs/program-terms";
import { QueryView } from "@/components/query/query-view";
import { Countdown } from "@/components/time/countdown";
import { Period } from "@/components/time/period";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { ZoneProvider } from "@/components/time/zone-context";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import { KeyValueList } from "@/components/ui/key-value";
import { LongName } from "@/components/ui/long-name";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonText } from "@/components/ui/skeleton";
import { StatusBadge } from "@/components/ui/status-badge";
import type { Calendar } from "@/server/identity/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

interface Party {
  id: string;
  slug: string;
  name: string;
  kind: string;
  joinedAt: string;
}
interface Program {
  id: string;
  slug: string;
  name: string;
  currency: string;
  timeZone: string;
  calendar: Calendar;
  createdAt: string;
  closedAt: string | null;
  parties: Party[];
}

/** One program: where its money goes, when it settles, who takes part. */
export function ProgramPage({ slug }: { slug: string }) {
  const trpc = useOperatorTrpc();
  const program = useQuery(trpc.programs.get.queryOptions({ slug }));
  return (
    <Page>
      <QueryView query={program} what="This program" skeleton={<PayoutSkeleton />}>
        {(data) => (
          <ZoneProvider zone={data.timeZone} place={data.name}>
            <Loaded program={data} />
          </ZoneProvider>
        )}
      </QueryView>
    </Page>
  );
}

function Loaded({ program }: { program: Program }) {
  const { base, can } = usePortal();
  const [adding, setAdding] = useState(false);
  const kinds = (kind: string) => program.parties.filter((party) => party.kind === kind).length;
  return (
    <>
      <Crumbs items={[{ label: program.name }]} />
      <PageHeader
        title={program.name}
        aside={program.closedAt ? <Badge>Closed</Badge> : null}
        meta={
          <>
            <CopyableId id={program.id} />
            <Dot />
            <span className="font-mono text-xs">{program.slug}</span>
            <Dot />
            <span>
              {program.currency}, {program.timeZone.replaceAll("_", " ")}
            </span>
            <Dot />
            <span>
              {countWords(kinds("merchant"), "merchant", "merchants")},{" "}
              {countWords(kinds("agency"), "agency", "agencies")}
            </span>
          </>
        }
        actions={
          <>
            {can("runs.read") ? (
              <ButtonLink href={`${base}/settlement?program=${program.id}`} icon={<CalendarCheck />}>
                Its runs
              </ButtonLink>
            ) : null}
            {can("agreements.read") ? (
              <ButtonLink href={`${base}/agreements?program=${program.id}`} icon={<Handshake />}>
                Its agreement
              </ButtonLink>
            ) : null}
            {can("programs.manage") ? (
              <Button variant="primary" icon={<Plus />} onClick={() => setAdding(true)}>
                Add a party
              </Button>
            ) : null}
          </>
        }
      />
      <ProgramMoney program={program} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)]">
        <div className="grid gap-4">
          <SettlementCard program={program} />
          <HolidaysCard programId={program.id} />
          {can("agreements.read") ? <AgreementCard program={program} /> : null}
          {can("agreements.read") ? <ProgramTerms program={program} /> : null}
        </div>
        <Card title="Who takes part?" hint={`${program.parties.length}`} flush>
          <SimpleTable
            label="Parties"
            columns={[
              {
                id: "name",
                header: "Party",
                cell: (row: Party) => <LongName className="font-medium">{row.name}</LongName>,
              },
              {
                id: "kind",
                header: "Kind",
                priority: 1,
                cell: (row: Party) => (row.kind === "merchant" ? "Merchant" : "Agency"),
              },
              {
                id: "slug",
                header: "In agreements",
                priority: 2,
                cell: (row: Party) => <code className="font-mono text-xs text-muted">{row.slug}</code>,
              },
              {
                id: "joined",
                header: "Since",
                priority: 3,
                cell: (row: Party) => (
                  <span className="text-muted">
                    <ExactTime at={row.joinedAt} format="date" />
                  </span>
                ),
              },
            ]}
            rows={program.parties}
            rowId={(row) => row.id}
            rowHref={(row) => `${base}/organisations/${row.id}`}
            empty={
              <FirstUse
                title="No party yet"
                action={
                  can("programs.manage") ? (
                    <Button onClick={() => setAdding(true)}>Add a party</Button>
                  ) : undefined
                }
              >
                Merchants take payments here; agencies get a share of them.
              </FirstUse>
            }
          />
        </Card>
      </div>
      <AddParty program={program} open={adding} onOpenChange={setAdding} />
    </>
  );
}

function SettlementCard({ program }: { program: Program }) {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const next = useQuery(
    trpc.runs.next.queryOptions({ programId: program.id }, { enabled: can("runs.read") }),
  );
  const runs = useQuery(
    trpc.runs.list.queryOptions({ programId: program.id, limit: 1 }, { enabled: can("runs.read") }),
  );
  const calendar = useQuery(trpc.calendar.get.queryOptions({ programId: program.id }));
  const [changing, setChanging] = useState(false);
  const last = runs.data?.items[0];
  const { current, coming, waiting } = calendar.data ?? {
    current: program.calendar,
    coming: [],
    waiting: false,
  };
  return (
    <Card
      title="When is it settled?"
      actions={
        can("programs.manage") && calendar.data && !waiting ? (
          <Button size="sm" variant="ghost" onClick={() => setChanging(true)}>
            Change the calendar
          </Button>
        ) : undefined
      }
      bodyClassName="pt-1"
    >
      <KeyValueList
        items={[
          { label: "Periods end", value: periodWords(current), hint: program.timeZone },
          { label: "Paid out", value: delayWords(current) },
          ...coming.map(({ from, calendar: next }) => ({
            label: "Changes",
            value: `${periodWords(next)}, paid out ${delayWords(next)}`,
            hint: `from ${momentWords(from, program.timeZone)}`,
          })),
          ...(waiting
            ? [
                {
                  label: "Proposed",
                  value: can("payouts.read") ? (
                    <Link href={`${base}/confirmations`} className="underline underline-offset-4">
                      Another calendar waits for a second person
                    </Link>
                  ) : (
                    "Another calendar waits for a second person"
                  ),
                },
              ]
            : []),
          ...(next.data
            ? [
                {
                  label: next.data.over ? "Can be closed" : "Runs now",
                  value: <Period start={next.data.periodStart} end={next.data.periodEnd} />,
                  hint: next.data.over ? (
                    <>
                      since <RelativeTime at={next.data.periodEnd} />
                    </>
                  ) : (
                    <Countdown until={next.data.periodEnd} urgentMinutes={0} />
                  ),
                },
                {
                  label: "Split in it so far",
                  value: <Money {...next.data.gross} />,
                  hint: countWords(next.data.paymentCount, "payment", "payments"),
                },
              ]
            : []),
          ...(last
            ? [
                {
                  label: "Last run",
                  value: (
                    <span className="inline-flex items-center gap-2">
                      <Link
                        href={`${base}/settlement/${last.id}`}
                        className="underline decoration-line-strong underline-offset-4"
                      >
                        <Period start={last.periodStart} end={last.periodEnd} />
                      </Link>
                      <StatusBadge kind="run" state={last.state} plain />
                    </span>
                  ),
                },
              ]
            : []),
          { label: "Founded", value: <ExactTime at={program.createdAt} format="date" /> },
        ]}
      />
      {changing && calendar.data ? (
        <ChangeCalendar program={program} calendar={calendar.data} onClose={() => setChanging(false)} />
      ) : null}
    </Card>
  );
}

function AgreementCard({ program }: { program: Program }) {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const versions = useQuery(trpc.agreements.list.queryOptions({ programId: program.id, limit: 20 }));
  const shown = versions.data?.items.filter(({ state }) => state !== "superseded" && state !== "rejected");
  return (
    <Card title="By which agreement?" flush>
      {shown ? (
        <ul className="divide-y divide-line-soft border-t border-line-soft">
          {shown.map((version) => (
            <li key={version.id} className="flex items-center gap-3 px-4 py-2.5 text-sm">
              <Link
                href={`${base}/agreements/${version.id}`}
                className="font-medium underline decoration-line-strong underline-offset-4"
              >
                Version {version.version}
              </Link>
              <StatusBadge kind="agreement" state={version.state} plain />
              <span className="ml-auto text-muted">
                from <ExactTime at={version.governsFrom ?? version.effectiveFrom} format="date" />
              </span>
            </li>
          ))}
          {shown.length === 0 ? (
            <li className="px-4 py-4 text-sm text-muted">
              None yet: captured payments would wait in clearing.{" "}
              {can("agreements.write") ? (
                <Link
                  href={`${base}/agreements/new?program=${program.slug}`}
                  className="underline underline-offset-4"
                >
                  Draft the first version
                </Link>
              ) : null}
            </li>
          ) : null}
        </ul>
      ) : (
        <div className="px-4 pb-4">
          <SkeletonText lines={2} />
        </div>
      )}
    </Card>
  );
}

function countWords(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
