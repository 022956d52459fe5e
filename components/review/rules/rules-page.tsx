"use client";

import { useQuery } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { useChoices } from "@/components/operator/use-choices";
import { ProgramSelect, useProgramParam } from "@/components/overview/program-select";
import { QueryView } from "@/components/query/query-view";
import { EditRules } from "@/components/review/rules/edit-rules";
import { RULE_GROUPS } from "@/components/review/rules/rule-words";
import { ScoreScale } from "@/components/review/rules/score-scale";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FirstUse } from "@/components/ui/empty-state";
import { KeyValueList } from "@/components/ui/key-value";
import { Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonCard } from "@/components/ui/skeleton";
import type { FraudTerms } from "@/server/fraud/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { flatten } from "./rule-words";

/** What a program holds back and why, in plain words. */
export function RulesPage() {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const { programs } = useChoices();
  const [slug, setSlug] = useProgramParam();
  const [editing, setEditing] = useState(false);
  const program = programs.find((each) => each.slug === slug) ?? programs[0];
  const policy = useQuery(
    trpc.rules.get.queryOptions({ programId: program?.id ?? "" }, { enabled: Boolean(program) }),
  );
  if (!program) {
    return (
      <Page>
        <PageHeader title="Rules" />
        <Card flush>
          <FirstUse title="There is no program yet">Rules belong to a program. Create one first.</FirstUse>
        </Card>
      </Page>
    );
  }
  return (
    <Page>
      <PageHeader
        title="Rules"
        aside={
          <>
            <ProgramSelect
              programs={programs}
              value={program.slug}
              onValueChange={(next) => {
                setEditing(false);
                void setSlug(next);
              }}
            />
            {policy.data ? (
              <Badge>{policy.data.version === 0 ? "Defaults" : `Version ${policy.data.version}`}</Badge>
            ) : null}
          </>
        }
        meta="What is added to a payment's score, and what a score leads to"
        actions={
          editing ? undefined : (
            <>
              {can("audit.read") ? (
                <ButtonLink href={`${base}/audit?action=fraud_policy`} variant="ghost">
                  Who changed them?
                </ButtonLink>
              ) : null}
              {can("rules.manage") && policy.data ? (
                <Button variant="primary" icon={<Pencil />} onClick={() => setEditing(true)}>
                  Change the rules
                </Button>
              ) : null}
            </>
          )
        }
      />
      <QueryView query={policy} what="The policy" skeleton={<SkeletonCard lines={10} />}>
        {({ version, terms }) =>
          editing ? (
            <EditRules
              key={version}
              programId={program.id}
              programName={program.name}
              version={version}
              terms={terms}
              onDone={() => setEditing(false)}
            />
          ) : (
            <Policy terms={terms} />
          )
        }
      </QueryView>
    </Page>
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
