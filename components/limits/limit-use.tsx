"use client";

import type { ReactNode } from "react";
import { PERIODS, SUBJECTS, shareOf, usedWords } from "@/components/limits/limit-words";
import { UseBar } from "@/components/limits/use-bar";
import { formatCount } from "@/components/money/format-count";
import { ExactTime } from "@/components/time/relative-time";
import { Popover } from "@/components/ui/popover";
import type { LimitView } from "@/server/payments/schema/limits";

type Use = LimitView["use"][number];

/** What the running period has used: of a named limit itself, of a default who comes nearest to it. */
export function LimitUse({ limit }: { limit: LimitView }) {
  if (!limit.running) return <span className="text-muted">counts for itself</span>;
  const [first] = limit.use;
  if (!first) return <span className="text-muted">nothing {PERIODS[limit.period].now}</span>;
  if (limit.subject) return <UseLine limit={limit} use={first} />;
  return (
    <UseLine
      limit={limit}
      use={first}
      name={first.subject.label}
      beside={limit.subjects > 1 ? <Nearest limit={limit} end={limit.running.end} /> : undefined}
    />
  );
}

/** Who comes near a default, behind the name of the nearest. */
function Nearest({ limit, end }: { limit: LimitView; end: string }) {
  return (
    <Popover
      title={`Who is nearest ${PERIODS[limit.period].now}`}
      align="end"
      trigger={
        <button
          type="button"
          className="rounded-sm text-muted underline decoration-line-strong underline-offset-4 hover:text-ink"
        >
          nearest of {formatCount(limit.subjects)}
        </button>
      }
    >
      <ul className="grid w-80 max-w-full gap-3">
        {limit.use.map((use) => (
          <li key={use.subject.id}>
            <UseLine limit={limit} use={use} name={use.subject.label} />
          </li>
        ))}
      </ul>
      <p className="mt-3 border-t border-line-soft pt-2 text-xs text-muted">
        {formatCount(limit.subjects)} {SUBJECTS[limit.kind].many} count towards it until{" "}
        <ExactTime at={end} format="dateTime" />.
      </p>
    </Popover>
  );
}

/** A bar with its figures. */
export function UseLine({
  limit,
  use,
  name,
  beside,
}: {
  limit: Pick<LimitView, "maxPayments" | "maxAmount">;
  use: Pick<Use, "payments" | "amount">;
  name?: string | undefined;
  beside?: ReactNode;
}) {
  const words = usedWords(limit, use);
  return (
    <span className="grid min-w-44 flex-1 gap-1 py-1">
      <span className="tabular flex flex-wrap justify-between gap-x-3 text-xs">
        {name ? (
          <span className="min-w-0">
            <span className="inline-block font-medium first-letter:uppercase">{name}</span>
            {beside ? <> {beside}</> : null}
          </span>
        ) : null}
        <span className="text-muted">{words}</span>
      </span>
      <UseBar share={shareOf(limit, use)} />
    </span>
  );
}
