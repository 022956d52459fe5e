"use client";

import {
  conditionSentence,
  type NameOf,
  recipientsOf,
  sharesOf,
  stepSentence,
} from "@/components/agreements/step-sentence";
import { seriesColour } from "@/components/charts/party-colour";
import { usePartySeries } from "@/components/charts/party-series";
import { kindLook } from "@/components/devices/device-kind";
import { stepWords } from "@/components/payments/payment-words";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import type { Agreement, Step } from "@/server/settlement/agreement/shape";

interface AgreementTermsProps {
  terms: Pick<Agreement, "rules" | "guarantees" | "dust" | "chargebacks">;
  /** Terms of the version that governs now: what differs is marked. */
  before?: Pick<Agreement, "rules"> | undefined;
  currency: string;
  nameOf: NameOf;
  /** Slug of the organisation that reads; its steps stand out. */
  own?: string;
}

/** The rules of an agreement in plain words: which payments, then who takes what, in order. */
export function AgreementTerms({ terms, before, currency, nameOf, own }: AgreementTermsProps) {
  const seriesOf = usePartySeries();
  return (
    <div className="grid grid-cols-1 gap-4">
      {terms.rules.map((rule, index) => {
        const old = before?.rules.find((each) => each.name === rule.name);
        return (
          <Card
            key={rule.name}
            title={`${index + 1}. ${rule.name}`}
            hint={conditionSentence(rule.when, (kind) => kindLook(kind).many)}
            aside={before && !old ? <Badge tone="waiting">New rule</Badge> : null}
            flush
          >
            <ol className="divide-y divide-line-soft border-t border-line-soft">
              {rule.steps.map((step) => (
                <StepLine
                  key={step.id}
                  step={step}
                  old={old?.steps.find((each) => each.id === step.id)}
                  compared={old !== undefined}
                  currency={currency}
                  nameOf={nameOf}
                  own={own}
                  colourOf={(party) => seriesColour(seriesOf({ slug: party }))}
                />
              ))}
            </ol>
          </Card>
        );
      })}
      <OtherTerms terms={terms} currency={currency} nameOf={nameOf} />
    </div>
  );
}

interface StepLineProps {
  step: Step;
  old: Step | undefined;
  /** Whether there is a version before to compare with. */
  compared: boolean;
  currency: string;
  nameOf: NameOf;
  own: string | undefined;
  colourOf: (party: string) => string;
}

function StepLine({ step, old, compared, currency, nameOf, own, colourOf }: StepLineProps) {
  const recipients = recipientsOf(step, nameOf);
  const mine = recipients.some(
    ({ party }) => party === own || (party === "$merchant" && own === "$merchant"),
  );
  const changed = compared && JSON.stringify(old) !== JSON.stringify(step);
  return (
    <li
      className={cn(
        "grid gap-x-4 gap-y-1 px-4 py-2.5 text-sm sm:grid-cols-[9rem_minmax(0,1fr)_minmax(0,15rem)]",
        mine && "bg-accent-soft/40",
      )}
    >
      <span className="text-muted">{stepWords(step.id)}</span>
      <span>
        {stepSentence(step, currency)}
        {changed ? (
          <span className="mt-0.5 block text-waiting">
            {old ? `Now: ${stepSentence(old, currency)}` : "New step"}
          </span>
        ) : null}
        {step.kind === "tiers" ? <Brackets step={step} currency={currency} nameOf={nameOf} /> : null}
      </span>
      <span className="flex flex-wrap gap-x-3 gap-y-1 sm:justify-end">
        {recipients.map(({ party, name, part }) => (
          <span
            key={party}
            className={cn(
              "inline-flex min-w-0 items-center gap-1.5 wrap-anywhere",
              party === own && "font-medium",
            )}
          >
            <span
              aria-hidden
              data-party={party}
              className="size-2 shrink-0 rounded-[2px]"
              style={{ background: colourOf(party) }}
            />
            {name}
            {part ? <span className="tabular text-muted">{part}</span> : null}
          </span>
        ))}
      </span>
    </li>
  );
}

function Brackets({
  step,
  currency,
  nameOf,
}: {
  step: Extract<Step, { kind: "tiers" }>;
  currency: string;
  nameOf: NameOf;
}) {
  return (
    <span className="mt-1 grid gap-0.5 text-muted">
      {step.brackets.map((bracket, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: brackets are told apart by their place.
        <span key={index}>
          {bracket.upTo ? `up to ${bracket.upTo} ${currency}` : "above"}:{" "}
          {sharesOf(bracket.shares, nameOf)
            .map(({ name, part }) => (part ? `${name} ${part}` : name))
            .join(", ")}
        </span>
      ))}
    </span>
  );
}

function OtherTerms({
  terms,
  currency,
  nameOf,
}: {
  terms: AgreementTermsProps["terms"];
  currency: string;
  nameOf: NameOf;
}) {
  const dust =
    typeof terms.dust === "object"
      ? `Cents that cannot be divided go to ${nameOf(terms.dust.to)}.`
      : terms.dust === "first-listed"
        ? "Cents that cannot be divided go to the first listed."
        : "Cents that cannot be divided go to the largest remainder.";
  const bearer = terms.chargebacks?.bearer ?? "$merchant";
  return (
    <Card title="What else it says" level={2}>
      <ul className="grid list-outside list-disc gap-1 pl-4 text-sm">
        <li>{dust}</li>
        <li>
          A charge-back is borne by{" "}
          {bearer === "by-legs" ? "everybody who got a part, in proportion" : lower(nameOf(bearer))}.
        </li>
        {(terms.guarantees ?? []).map((guarantee) => (
          <li key={`${guarantee.to}${guarantee.amount}`}>
            {nameOf(guarantee.to)} gets at least {guarantee.amount} {currency} a period, funded by{" "}
            {guarantee.fundedBy.map((funder) => nameOf(funder.from)).join(", ")}.
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Names keep their capital; words such as "The merchant" lose it inside a sentence. */
function lower(name: string): string {
  return /^(The |You$)/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
