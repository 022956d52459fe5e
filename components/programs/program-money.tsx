"use client";

import { useQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo } from "react";
import { MoneyFlow } from "@/components/charts/money-flow";
import { QueryView } from "@/components/query/query-view";
import { flowRows } from "@/components/settlement/run-flow";
import { formatInZone } from "@/components/time/format-in-zone";
import { useNow } from "@/components/time/use-now";
import { Segmented } from "@/components/ui/segmented";
import { SkeletonChart } from "@/components/ui/skeleton";
import { useOperatorTrpc } from "@/server/trpc/client";

const SPANS = ["7", "30", "90"] as const;
const DAY_MS = 86_400_000;

interface ProgramMoneyProps {
  program: { id: string; slug: string; currency: string; timeZone: string };
}

/** Where the program's money went over the last days, in its own zone. */
export function ProgramMoney({ program }: ProgramMoneyProps) {
  const trpc = useOperatorTrpc();
  const now = useNow(3600);
  const [span, setSpan] = useQueryState("span", parseAsStringLiteral(SPANS).withDefault("30"));
  const days = useMemo(() => {
    if (now === null) return null;
    const day = (at: number) => formatInZone(at, program.timeZone, "iso");
    return { fromDay: day(now - (Number(span) - 1) * DAY_MS), toDay: day(now) };
  }, [now, span, program.timeZone]);
  const flow = useQuery(
    trpc.settlement.flow.queryOptions(
      { programId: program.id, fromDay: days?.fromDay ?? "2000-01-01", toDay: days?.toDay ?? "2000-01-01" },
      { enabled: days !== null, placeholderData: (before) => before },
    ),
  );
  const choice = (
    <Segmented
      label="Span"
      size="sm"
      value={span}
      onValueChange={(next) => void setSpan(SPANS.find((each) => each === next) ?? "30")}
      options={SPANS.map((value) => ({ value, label: `${value} days` }))}
    />
  );
  return (
    <QueryView query={flow} what="The flow of money" skeleton={<SkeletonChart />}>
      {(flows) => (
        <MoneyFlow
          title="Who took the money, and who got it?"
          hint={`Taken in the last ${span} days and split`}
          flows={flowRows(flows)}
          currency={program.currency}
          fileName={`flow-${program.slug}`}
          actions={choice}
          empty="Nothing was split in these days. Captured payments are split within seconds, once an agreement is in force."
          footer={
            <>
              <ShieldCheck aria-hidden className="size-4 shrink-0" />
              <span className="min-w-0 flex-1">
                From the legs of every split payment; adds up with the ledger.
              </span>
            </>
          }
        />
      )}
    </QueryView>
  );
}
