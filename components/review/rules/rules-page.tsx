"use client";

import { useQuery } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { useEffect, useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { RulesFrame, type RulesProgram } from "@/components/limits/rules-frame";
import { QueryView } from "@/components/query/query-view";
import { EditRules } from "@/components/review/rules/edit-rules";
import { RULE_GROUPS } from "@/components/review/rules/rule-words";
import { ScoreScale } from "@/components/review/rules/score-scale";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { KeyValueList } from "@/components/ui/key-value";
import { SkeletonCard } from "@/components/ui/skeleton";
import type { FraudTerms } from "@/server/fraud/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { flatten } from "./rule-words";

/** What a program holds back and why, in plain words. */
export function RulesPage() {
  const [editing, setEditing] = useState(false);
  const [version, setVersion] = useState<number | null>(null);
  const { base, can } = usePortal();
  return (
    <RulesFrame
      aside={version === null ? null : <Badge>{version === 0 ? "Defaults" : `Version ${version}`}</Badge>}
      meta="What is added to a payment's score, and what a score leads to"
      actions={() =>
        editing ? undefined : (
          <>
            {can("audit.read") ? (
              <ButtonLink href={`${base}/audit?action=fraud_policy`} variant="ghost">
                Who changed them?
              </ButtonLink>
            ) : null}
            {can("rules.manage") && version !== null ? (
              <Button variant="primary" icon={<Pencil />} onClick={() => setEditing(true)}>
                Change the rules
              </Button>
            ) : null}
          </>
        )
      }
      onProgram={() => {
        setEditing(false);
        setVersion(null);
      }}
    >
      {(program) => (
        <PolicyOf
          key={program.id}
          program={program}
          editing={editing}
          onVersion={setVersion}
          onDone={() => setEditing(false)}
        />
      )}
    </RulesFrame>
  );
}

interface PolicyOfProps {
  program: RulesProgram;
  editing: boolean;
  onVersion: (version: number) => void;
  onDone: () => void;
}

function PolicyOf({ program, editing, onVersion, onDone }: PolicyOfProps) {
  const trpc = useOperatorTrpc();
  const policy = useQuery(trpc.rules.get.queryOptions({ programId: program.id }));
  const version = policy.data?.version;
  useEffect(() => {
    if (version !== undefined) onVersion(version);
  }, [version, onVersion]);
  return (
    <QueryView query={policy} what="The policy" skeleton={<SkeletonCard lines={10} />}>
      {({ version, terms }) =>
        editing ? (
          <EditRules
            key={version}
            programId={program.id}
            programName={program.name}
            version={version}
            terms={terms}
            onDone={onDone}
          />
        ) : (
          <Policy terms={terms} />
        )
      }
    </QueryView>
  );
}

function Policy({ terms }: { terms: FraudTerms }) {
  const flat = flatten(terms);
  return (
    <div className="grid gap-4 lg:grid-cols-3">
      {RULE_GROUPS.map((group) => (
        <Card key={group.id} title={group.title} className={group.id === "thresholds" ? "lg:col-span-3" : ""}>
          {group.id === "thresholds" ? (
            <div className="mb-3">
              <ScoreScale terms={terms} />
            </div>
          ) : null}
          <p className="max-w-prose text-sm text-muted">{group.says(terms)}</p>
          {group.id === "thresholds" ? null : (
            <div className="mt-3 border-t border-line-soft">
              <KeyValueList
                items={group.fields.map(({ path, label, unit }) => ({
                  label,
                  value: (
                    <span className="tabular">
                      {flat[path]} <span className="text-muted">{unit}</span>
                    </span>
                  ),
                }))}
              />
            </div>
          )}
        </Card>
      ))}
    </div>
  );
}
