"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePortal } from "@/components/frame/portal-context";
import { UseLine } from "@/components/limits/limit-use";
import { maximaWords, PERIODS, SUBJECTS } from "@/components/limits/limit-words";
import { useChoices } from "@/components/operator/use-choices";
import { Card } from "@/components/ui/card";
import { SkeletonText } from "@/components/ui/skeleton";
import type { BoundLimitView } from "@/server/payments/schema/limits";
import { useOperatorTrpc } from "@/server/trpc/client";

interface LimitsOfProps {
  of: { paymentId: string } | { deviceId: string } | { merchantId: string };
  /** The program whose limits are meant, for the link to all of them. */
  programId?: string | undefined;
  title?: string;
  /** Names the program of each: for things of several programs. */
  withProgram?: boolean;
  level?: 2 | 3;
}

/** The limits that bind a thing and what is used of each, for people who may read rules. */
export function LimitsOf({
  of,
  programId,
  title = "Which limits bind it?",
  withProgram,
  level = 2,
}: LimitsOfProps) {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const { programs } = useChoices();
  const reads = can("rules.read");
  const limits = useQuery(trpc.limits.of.queryOptions(of, { enabled: reads, refetchInterval: 15_000 }));
  if (!reads) return null;
  const slug = programs.find(({ id }) => id === programId)?.slug;
  const all = `${base}/rules/limits${slug ? `?program=${encodeURIComponent(slug)}` : ""}`;
  return (
    <Card
      title={title}
      level={level}
      flush={Boolean(limits.data?.length)}
      actions={
        <Link
          href={all}
          className="rounded-sm text-sm text-muted underline decoration-line-strong underline-offset-4 hover:text-ink"
        >
          All limits
        </Link>
      }
    >
      {limits.data ? (
        limits.data.length > 0 ? (
          <ul className="divide-y divide-line-soft border-t border-line-soft">
            {limits.data.map((limit) => (
              <li key={`${limit.id}${limit.use.subject.id}`} className="px-4 py-2">
                <Bound limit={limit} withProgram={withProgram} />
              </li>
            ))}
          </ul>
        ) : (
          <p className="text-sm text-muted">No limit binds it.</p>
        )
      ) : limits.error ? (
        <p className="text-sm text-muted">Its limits could not be loaded.</p>
      ) : (
        <SkeletonText lines={2} />
      )}
    </Card>
  );
}

function Bound({ limit, withProgram }: { limit: BoundLimitView; withProgram?: boolean | undefined }) {
  return (
    <>
      <p className="flex flex-wrap items-baseline justify-between gap-x-3 text-sm">
        <span>
          {SUBJECTS[limit.kind].one}{" "}
          <span className="text-muted">
            {limit.use.subject.label}
            {withProgram ? `, ${limit.program.name}` : ""}
          </span>
        </span>
        <span className="text-xs text-muted">{limit.subject ? "its own limit" : "the default"}</span>
      </p>
      {limit.running ? (
        <div className="grid">
          <UseLine limit={limit} use={limit.use} name={PERIODS[limit.period].now} />
        </div>
      ) : (
        <p className="tabular mt-0.5 text-xs text-muted">at most {maximaWords(limit, limit.period)}</p>
      )}
    </>
  );
}
