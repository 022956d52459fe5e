"use client";

import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { NameOf } from "@/components/agreements/step-sentence";
import { usePartySeries } from "@/components/charts/party-series";
import { SplitRibbon } from "@/components/charts/split-ribbon";
import { DEVICE_KIND_KEYS, kindLook } from "@/components/devices/device-kind";
import { readAmount } from "@/components/money/read-amount";
import { stepWords } from "@/components/payments/payment-words";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { SkeletonText } from "@/components/ui/skeleton";
import type { AgreementTrial } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

interface TryAgreementProps {
  programId: string;
  /** Parsed JSON; undefined while the text is none. */
  terms: unknown;
  currency: string;
  merchants: readonly { slug: string; name: string }[];
  nameOf: NameOf;
  /** Tells the page why terms are refused; an empty list when they are good. */
  onIssues?: (issues: Extract<AgreementTrial, { ok: false }>["issues"]) => void;
}

const ANY = "any";

/** An amount split by these terms, drawn: the engine that splits real payments, asked again at every change. */
export function TryAgreement({ programId, terms, currency, merchants, nameOf, onIssues }: TryAgreementProps) {
  const trpc = useOperatorTrpc();
  const seriesOf = usePartySeries();
  const [amount, setAmount] = useState("14.11");
  const [kind, setKind] = useState<string>("ev_charger");
  const [merchant, setMerchant] = useState(ANY);
  const [zone, setZone] = useState("");
  const { mutate, data, error, isPending } = useMutation(trpc.agreements.tryOut.mutationOptions());
  const text = JSON.stringify(terms);

  useEffect(() => {
    if (text === undefined || programId === "") return;
    const waiting = setTimeout(
      () =>
        mutate({
          programId,
          terms: JSON.parse(text) as unknown,
          amount: readAmount(amount) ?? "0",
          deviceKind: kind === ANY ? null : kind,
          merchant: merchant === ANY ? null : merchant,
          zone: zone.trim() || null,
        }),
      300,
    );
    return () => clearTimeout(waiting);
  }, [mutate, programId, text, amount, kind, merchant, zone]);

  useEffect(() => {
    if (data) onIssues?.(data.ok ? [] : data.issues);
  }, [data, onIssues]);

  const amountIssue = data && !data.ok ? data.issues.find(({ path }) => path === "amount") : undefined;
  return (
    <Card title="How would it split one payment?" hint="As the first payment of a period, captured now">
      <div className="grid gap-4">
        <div className="grid grid-cols-2 gap-3">
          <Field label="Amount" error={amountIssue?.message}>
            <Input
              inputMode="decimal"
              value={amount}
              suffix={currency}
              onChange={(event) => setAmount(event.currentTarget.value)}
            />
          </Field>
          <Field label="Kind of device">
            <Select
              value={kind}
              onValueChange={setKind}
              options={[
                { value: ANY, label: "None" },
                ...DEVICE_KIND_KEYS.map((value) => ({ value, label: kindLook(value).one })),
              ]}
            />
          </Field>
          <Field label="Merchant">
            <Select
              value={merchant}
              onValueChange={setMerchant}
              options={[
                { value: ANY, label: "Any merchant" },
                ...merchants.map(({ slug, name }) => ({ value: slug, label: name })),
              ]}
            />
          </Field>
          <Field label="Zone" optional>
            <Input
              value={zone}
              placeholder="harbor"
              onChange={(event) => setZone(event.currentTarget.value)}
            />
          </Field>
        </div>
        {data?.ok ? (
          <SplitRibbon
            className={isPending ? "opacity-60 transition-opacity" : undefined}
            amount={data.amount.amount}
            currency={currency}
            legs={data.legs.map((leg) => ({
              id: `${leg.step}/${leg.party}`,
              party: nameOf(leg.party),
              step: stepWords(leg.step),
              amount: leg.amount.amount,
              reason: leg.why,
              short: leg.short?.amount ?? null,
              slug: leg.party,
              colour: seriesOf(
                leg.party === "operator" ? { slug: leg.party, kind: "operator" } : { slug: leg.party },
              ),
            }))}
            note={`Rule "${data.rule}"`}
          />
        ) : data ? (
          <p className="text-sm text-muted">
            {amountIssue ? "Give an amount in whole cents." : "The terms have to be mended first."}
          </p>
        ) : error ? (
          <p role="alert" className="text-sm text-loss">
            {callErrorOf(error)?.message ?? "The server did not answer."}
          </p>
        ) : (
          <SkeletonText lines={5} />
        )}
      </div>
    </Card>
  );
}
