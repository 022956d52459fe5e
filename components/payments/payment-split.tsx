import Link from "next/link";
import { usePartySeries } from "@/components/charts/party-series";
import { SplitRibbon } from "@/components/charts/split-ribbon";
import { Money } from "@/components/money/money";
import { stepWords } from "@/components/payments/payment-words";
import { ExactTime } from "@/components/time/relative-time";
import type { SplitView } from "@/server/settlement/schema";

interface PaymentSplitProps {
  split: SplitView;
  amount: string;
  currency: string;
  agreementHref?: (id: string) => string;
  /** What went to parties whose legs may not be seen; the ribbon shows them as one. */
  others?: string;
}

/** Who got what of a payment, by which step and why; below it, what refunds took back. */
export function PaymentSplit({ split, amount, currency, agreementHref, others }: PaymentSplitProps) {
  const seriesOf = usePartySeries();
  if (!split.allocatedAt) {
    return (
      <p className="text-sm text-muted">
        Not split yet. The allocator takes captured payments within seconds, in the order of their capture.
      </p>
    );
  }
  const toLeg = (leg: SplitView["legs"][number]) => ({
    id: `${leg.refund}/${leg.step}/${leg.party.id}`,
    party: leg.party.name,
    step: stepWords(leg.step),
    amount: leg.amount.amount,
    reason: leg.why,
    short: leg.short?.amount ?? null,
    colour: seriesOf(leg.party),
    slug: leg.party.slug,
  });
  const refunds = [...new Set(split.legs.map((leg) => leg.refund))].filter((refund) => refund > 0).sort();
  return (
    <div className="grid grid-cols-1 gap-5">
      <SplitRibbon
        amount={amount}
        currency={currency}
        legs={[
          ...split.legs.filter((leg) => leg.refund === 0).map(toLeg),
          ...(others && Number(others) > 0
            ? [{ id: "others", party: "Everybody else", step: "", amount: others, colour: 6 }]
            : []),
        ]}
        note={
          <>
            Split <ExactTime at={split.allocatedAt} format="dateTime" />
            {split.rule ? <> by the rule “{split.rule}”</> : null}
            {split.agreement ? (
              <>
                {" "}
                of{" "}
                {agreementHref ? (
                  <Link
                    href={agreementHref(split.agreement.id)}
                    className="underline decoration-line-strong underline-offset-4"
                  >
                    agreement v{split.agreement.version}
                  </Link>
                ) : (
                  `agreement v${split.agreement.version}`
                )}
              </>
            ) : null}
            .
          </>
        }
      />
      {refunds.map((refund) => (
        <RefundLegs
          key={refund}
          refund={refund}
          legs={split.legs.filter((leg) => leg.refund === refund)}
          currency={currency}
        />
      ))}
    </div>
  );
}

function RefundLegs({
  refund,
  legs,
  currency,
}: {
  refund: number;
  legs: SplitView["legs"];
  currency: string;
}) {
  return (
    <div>
      <p className="mb-1 text-sm font-medium">Refund {refund} took back</p>
      <ul className="divide-y divide-line-soft text-sm">
        {legs.map((leg) => (
          <li
            key={`${leg.step}/${leg.party.id}`}
            title={leg.why}
            className="flex justify-between gap-4 py-1.5"
          >
            <span className="min-w-0 wrap-anywhere">
              {leg.party.name} <span className="text-muted">{stepWords(leg.step)}</span>
            </span>
            <Money amount={leg.amount.amount} currency={currency} hideCode lossBelowZero />
          </li>
        ))}
      </ul>
    </div>
  );
}
