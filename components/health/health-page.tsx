"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowUpRight, Cpu, Database, Layers, type LucideIcon, RadioTower, Scale, Send } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { usePortal } from "@/components/frame/portal-context";
import { ageWords } from "@/components/health/age-words";
import { formatCount } from "@/components/money/format-count";
import { QueryView } from "@/components/query/query-view";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonRows } from "@/components/ui/skeleton";
import { StatusBadge } from "@/components/ui/status-badge";
import type { JobFailureView } from "@/server/identity/router/health";
import type { Health, HealthPart } from "@/server/platform/health";
import { useOperatorTrpc } from "@/server/trpc/client";

interface PartWords {
  name: string;
  icon: LucideIcon;
  does: string;
  /** What people notice while it is not well, and what to do. */
  otherwise: string;
  href?: string;
  linkLabel?: string;
}

const PARTS: Record<HealthPart["name"], PartWords> = {
  database: {
    name: "Database",
    icon: Database,
    does: "Keeps everything",
    otherwise: "Nothing works. Check that Postgres runs and that DATABASE_URL points to it.",
  },
  migrations: {
    name: "Migrations",
    icon: Layers,
    does: "The database has the form that this version expects",
    otherwise: "Stop the processes, apply the migrations, start again.",
  },
  worker: {
    name: "Worker",
    icon: Cpu,
    does: "Splits payments, closes windows, makes runs, sends events",
    otherwise: "Payments are taken, but nothing is split or paid out. Restart the worker; nothing is lost.",
  },
  gateway: {
    name: "Gateway",
    icon: RadioTower,
    does: "Answers devices",
    otherwise: "Devices get no answer and try again later. Restart the gateway; repeats are recognised.",
    href: "/devices",
    linkLabel: "Devices",
  },
  allocator: {
    name: "Allocator",
    icon: Scale,
    does: "Gives every captured payment to its parties",
    otherwise: "Captured money waits in clearing. An exception says why, if an agreement is missing.",
    href: "/exceptions",
    linkLabel: "Exceptions",
  },
  outbox: {
    name: "Outbox",
    icon: Send,
    does: "Tells other systems and open pages what happened",
    otherwise: "Events are late, none is lost. The worker sends them when it runs.",
  },
};

/** Whether every part of the platform does its work, and since when one does not. */
export function HealthPage() {
  const trpc = useOperatorTrpc();
  const health = useQuery(trpc.health.read.queryOptions(undefined, { refetchInterval: 5_000, staleTime: 0 }));
  return (
    <Page>
      <PageHeader
        title="Health"
        meta={
          health.data ? (
            <span>
              Checked every 5 seconds, last at <ExactTime at={health.data.checkedAt} format="seconds" />
            </span>
          ) : (
            "Checked every 5 seconds"
          )
        }
        aside={health.data ? <StatusBadge kind="health" state={health.data.status} /> : undefined}
      />
      <QueryView
        query={health}
        what="The health of the platform"
        skeleton={<SkeletonRows rows={6} columns={4} />}
      >
        {(data) => (
          <>
            <Summary health={data} />
            <Card flush>
              <ul className="divide-y divide-line-soft">
                {data.parts.map((part) => (
                  <Part key={part.name} part={part} />
                ))}
              </ul>
            </Card>
            <Failures />
            <p className="text-sm text-muted">
              Monitoring reads the same as JSON at{" "}
              <a
                href="/api/health"
                className="font-mono text-xs underline decoration-line-strong underline-offset-4 hover:text-ink"
              >
                /api/health
              </a>
              .
            </p>
          </>
        )}
      </QueryView>
    </Page>
  );
}

/** Single things that a job could not do; it goes on with everything else and tries these again. */
function Failures() {
  const trpc = useOperatorTrpc();
  const failures = useQuery(trpc.health.failures.queryOptions(undefined, { refetchInterval: 10_000 }));
  if (!failures.data || failures.data.length === 0) return null;
  return (
    <Card
      title="What could not be done"
      hint="Each is tried again by itself, after ever longer pauses; everything else goes on"
      flush
    >
      <SimpleTable
        label="What could not be done"
        columns={FAILURE_COLUMNS}
        rows={failures.data}
        rowId={(row) => `${row.job} ${row.item}`}
      />
    </Card>
  );
}

const FAILURE_COLUMNS: readonly DataColumn<JobFailureView>[] = [
  {
    id: "reason",
    header: "Why",
    cell: (row) => (
      <span className="block py-1.5">
        <span className="line-clamp-2 font-medium" title={row.reason}>
          {row.reason}
        </span>
        <span className="block text-xs text-muted">
          {jobWords(row.job)}
          {row.program ? `, ${row.program}` : ""}
        </span>
      </span>
    ),
  },
  {
    id: "item",
    header: "What",
    priority: 3,
    cell: (row) => <code className="font-mono text-xs text-muted">{row.item}</code>,
  },
  { id: "attempts", header: "Tried", align: "right", priority: 2, cell: (row) => formatCount(row.attempts) },
  {
    id: "since",
    header: "Since",
    priority: 2,
    cell: (row) => <RelativeTime at={row.firstFailedAt} />,
  },
  {
    id: "next",
    header: "Again",
    priority: 1,
    align: "right",
    cell: (row) => <RelativeTime at={row.nextTryAt} />,
  },
];

/** "settlement.close-periods" as "Settlement: close periods" */
function jobWords(job: string): string {
  const [domain = "", deed = ""] = job.split(".");
  return `${domain.charAt(0).toUpperCase()}${domain.slice(1)}: ${deed.replaceAll(/[-_]/g, " ")}`;
}

function Summary({ health }: { health: Health }) {
  if (health.status === "ok") return null;
  const ill = health.parts.filter((part) => part.state !== "ok");
  return (
    <Banner
      tone={health.status === "down" ? "loss" : "waiting"}
      title={
        health.status === "down"
          ? "The platform is down"
          : `${listOf(ill.map((part) => PARTS[part.name].name))} ${ill.length === 1 ? "needs" : "need"} a look`
      }
    >
      {ill.map((part) => PARTS[part.name].otherwise).join(" ")}
    </Banner>
  );
}

/** "Worker, gateway and outbox" */
function listOf(names: readonly string[]): string {
  const [last, ...others] = names.toReversed();
  return others.length === 0 ? (last ?? "") : `${others.toReversed().join(", ")} and ${last}`;
}

function Part({ part }: { part: HealthPart }) {
  const { base } = usePortal();
  const words = PARTS[part.name];
  const Icon = words.icon;
  return (
    <li className="grid grid-cols-[1.25rem_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-3 text-sm md:grid-cols-[1.25rem_minmax(0,1.4fr)_minmax(0,1fr)_7.5rem_6.5rem]">
      <Icon aria-hidden className="size-4 text-muted" />
      <span className="min-w-0">
        <span className="font-medium">{words.name}</span>
        <span className="block text-muted md:truncate">{words.does}</span>
      </span>
      <span className="tabular text-muted max-md:col-start-2 max-md:row-start-2">{ageOf(part)}</span>
      <span className="max-md:col-start-3 max-md:row-start-1">
        <StatusBadge kind="health" state={part.state} />
      </span>
      <span className="text-right max-md:hidden">
        {words.href ? (
          <Link
            href={`${base}${words.href}`}
            className="inline-flex items-center gap-1 text-muted hover:text-ink hover:underline"
          >
            {words.linkLabel}
            <ArrowUpRight aria-hidden className="size-3.5" />
          </Link>
        ) : null}
      </span>
    </li>
  );
}

function ageOf({ name, ageSeconds, detail }: HealthPart): ReactNode {
  const count = (key: string) => (typeof detail[key] === "number" ? (detail[key] as number) : 0);
  switch (name) {
    case "database":
      return "answeredInMs" in detail ? `answered in ${count("answeredInMs")}\u00a0ms` : "no answer";
    case "migrations": {
      const waiting = Array.isArray(detail.pending) ? detail.pending.length : 0;
      const applied = Array.isArray(detail.applied) ? detail.applied.length : count("applied");
      return waiting > 0
        ? `${formatCount(waiting)} not applied`
        : `${formatCount(applied)} applied, none waits`;
    }
    case "worker":
    case "gateway":
      return ageSeconds === null ? "never heard of" : `last heard of ${ageWords(ageSeconds)} ago`;
    default:
      return ageSeconds === null
        ? "nothing waits"
        : `${formatCount(count("waiting"))} wait, the oldest ${ageWords(ageSeconds)}`;
  }
}
