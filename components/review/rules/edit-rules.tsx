"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { readAmount } from "@/components/money/read-amount";
import { type FlatTerms, flatten, RULE_GROUPS, unflatten } from "@/components/review/rules/rule-words";
import { ScoreScale } from "@/components/review/rules/score-scale";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { showToast } from "@/components/ui/toast";
import { type FraudTerms, fraudTermsSchema } from "@/server/fraud/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

interface EditRulesProps {
  programId: string;
  programName: string;
  version: number;
  terms: FraudTerms;
  onDone: () => void;
}

/** The policy as a form; saving adds a version, the present one stays for what it judged. */
export function EditRules({ programId, programName, version, terms, onDone }: EditRulesProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const before = flatten(terms);
  const [flat, setFlat] = useState<FlatTerms>(before);
  const [asking, setAsking] = useState(false);
  const save = useMutation(trpc.rules.set.mutationOptions());

  const plain = Object.fromEntries(
    Object.entries(flat).map(([path, text]) => [path, readAmount(text) ?? text.trim()]),
  );
  const parsed = fraudTermsSchema.safeParse(unflatten(plain));
  const faults = new Map(
    parsed.error?.issues.map((issue) => [issue.path.join("."), issue.message] as const) ?? [],
  );
  const changes = RULE_GROUPS.flatMap((group) =>
    group.fields
      .filter(({ path }) => plain[path] !== before[path])
      .map((field) => ({ ...field, title: group.title })),
  );

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (parsed.success && changes.length > 0) setAsking(true);
      }}
    >
      <div className="grid gap-4 lg:grid-cols-3">
        {RULE_GROUPS.map((group) => (
          <Card
            key={group.id}
            title={group.title}
            className={group.id === "thresholds" ? "lg:col-span-3" : ""}
          >
            {group.id === "thresholds" && parsed.success ? (
              <div className="mb-4">
                <ScoreScale terms={parsed.data} />
              </div>
            ) : null}
            <div
              className={
                group.id === "thresholds"
                  ? "grid gap-4 sm:grid-cols-2 lg:grid-cols-4"
                  : "grid gap-4 sm:grid-cols-2 lg:grid-cols-1 2xl:grid-cols-2"
              }
            >
              {group.fields.map(({ path, label, unit }) => (
                <Field
                  key={path}
                  label={label}
                  error={faults.get(path)}
                  hint={plain[path] === before[path] ? undefined : `was ${before[path]}`}
                >
                  <Input
                    inputMode="decimal"
                    value={flat[path] ?? ""}
                    suffix={<span className="bg-panel pl-1">{unit}</span>}
                    className="tabular"
                    onChange={(event) => {
                      const { value } = event.currentTarget;
                      setFlat((now) => ({ ...now, [path]: value }));
                    }}
                  />
                </Field>
              ))}
            </div>
            {parsed.success ? (
              <p className="mt-4 border-t border-line-soft pt-3 text-sm text-muted">
                {group.says(parsed.data)}
              </p>
            ) : null}
          </Card>
        ))}
      </div>
      <div className="flex items-center justify-end gap-2">
        <span role="status" className="mr-auto text-sm text-muted">
          {faults.size > 0
            ? "Some fields cannot be read."
            : changes.length === 0
              ? "Nothing is changed yet."
              : `${changes.length} ${changes.length === 1 ? "field is" : "fields are"} changed.`}
        </span>
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={!parsed.success || changes.length === 0}>
          Save as version {version + 1}
        </Button>
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Put version ${version + 1} in force?`}
        consequence={`From now on every payment in ${programName} is scored by it. Cases that wait keep the score and the reasons that they were opened with.`}
        confirmLabel="Put in force"
        onConfirm={async () => {
          if (!parsed.success) return "Some fields cannot be read.";
          const made = await save.mutateAsync({ programId, terms: parsed.data });
          await queryClient.invalidateQueries(trpc.rules.pathFilter());
          showToast({ title: `Version ${made.version} is in force in ${programName}`, tone: "arrived" });
          onDone();
          return undefined;
        }}
      >
        <ul className="divide-y divide-line-soft text-sm">
          {changes.map(({ path, title, label, unit }) => (
            <li key={path} className="flex items-baseline justify-between gap-4 py-1.5">
              <span>
                {label} <span className="text-muted">{title}</span>
              </span>
              <span className="tabular whitespace-nowrap">
                <span className="text-muted">{before[path]} →</span> {plain[path]} {unit}
              </span>
            </li>
          ))}
        </ul>
      </ConfirmDialog>
    </form>
  );
}
