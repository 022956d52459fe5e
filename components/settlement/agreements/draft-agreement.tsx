"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, RotateCcw } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsString, useQueryStates } from "nuqs";
import { useCallback, useEffect, useMemo, useState } from "react";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { useChoices } from "@/components/operator/use-choices";
import { formatTerms } from "@/components/settlement/agreements/order-terms";
import { TermsIssues } from "@/components/settlement/agreements/terms-issues";
import { TryAgreement } from "@/components/settlement/agreements/try-agreement";
import { useProgramParties } from "@/components/settlement/agreements/use-party-names";
import { useNow } from "@/components/time/use-now";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { NotAllowed } from "@/components/ui/empty-state";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Page, PageHeader } from "@/components/ui/page-header";
import { Select } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import type { AgreementTrial } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

type Issues = Extract<AgreementTrial, { ok: false }>["issues"];

/** A program without any version starts from the smallest agreement that leaves nothing unassigned. */
function firstTerms(program: string, effectiveFrom: string) {
  return {
    program,
    effectiveFrom,
    rules: [
      {
        name: "Everything",
        steps: [
          { id: "platform", kind: "percent", to: "operator", rate: "1.5%" },
          { id: "merchant", kind: "share", shares: [{ to: "$merchant", weight: "1" }] },
        ],
      },
    ],
  };
}

/** Line and column of a JSON error, as far as the engine says where it is. */
function jsonIssue(text: string, error: unknown): Issues[number] {
  const said = error instanceof Error ? error.message : "";
  const at = /position (\d+)/.exec(said)?.[1];
  const before = at === undefined ? null : text.slice(0, Number(at)).split("\n");
  const where = before ? `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}` : "";
  return {
    code: "malformed",
    path: where,
    message: "This is not JSON yet. Look for a comma, quote or bracket.",
  };
}

/** Writes the next version of a program's agreement, beside what it would do to a payment. */
export function DraftAgreementPage() {
  const { can } = usePortal();
  const { programs } = useChoices();
  const [{ program: slug, from }, setParams] = useQueryStates({
    program: parseAsString,
    from: parseAsString,
  });
  const program = programs.find((each) => each.slug === slug) ?? programs[0];
  if (!can("agreements.write")) {
    return (
      <Page>
        <NotAllowed>Versions are drafted by admins and by finance.</NotAllowed>
      </Page>
    );
  }
  return (
    <Page>
      <Crumbs items={[{ label: "Draft a version" }]} />
      <PageHeader
        title="Draft a version"
        meta="Nobody is asked until you propose it. Terms that could leave money unassigned are refused here already"
        aside={
          program ? (
            <Select
              look="button"
              aria-label="Program"
              value={program.slug}
              onValueChange={(value) => void setParams({ program: value, from: null })}
              options={programs.map((each) => ({ value: each.slug, label: each.name }))}
            />
          ) : undefined
        }
      />
      {program ? <Editor key={`${program.id}/${from ?? ""}`} program={program} from={from} /> : null}
    </Page>
  );
}

interface EditorProps {
  program: { id: string; slug: string; name: string; currency: string; timeZone: string };
  from: string | null;
}

function Editor({ program, from }: EditorProps) {
  const trpc = useOperatorTrpc();
  const router = useRouter();
  const { base } = usePortal();
  const queryClient = useQueryClient();
  const now = useNow(60);
  const { program: full, nameOf } = useProgramParties(program.slug);
  const versions = useQuery(
    trpc.agreements.list.queryOptions({ programId: program.id, limit: 200 }, { enabled: from === null }),
  );
  const source = from ?? versions.data?.items.find((each) => each.state === "in_force")?.id;
  const template = useQuery(
    trpc.agreements.get.queryOptions({ agreementId: source ?? "" }, { enabled: source !== undefined }),
  );
  const [text, setText] = useState<string | null>(null);
  const [issues, setIssues] = useState<Issues>([]);
  const [refusal, setRefusal] = useState<string | null>(null);
  const draft = useMutation(trpc.agreements.draft.mutationOptions());

  // A week from now, at midnight of the program's zone: time enough for every party to answer.
  const start = useMemo(() => {
    if (now === null) return null;
    const day = new Intl.DateTimeFormat("en-CA", { timeZone: program.timeZone }).format(now + 7 * 86_400_000);
    return `${day}T00:00:00`;
  }, [now, program.timeZone]);
  const none = from === null && versions.data !== undefined && source === undefined;
  const prefill = useMemo(() => {
    if (start === null) return null;
    if (template.data) return formatTerms({ ...template.data.terms, effectiveFrom: start });
    return none ? formatTerms(firstTerms(program.slug, start)) : null;
  }, [template.data, start, none, program.slug]);
  useEffect(() => {
    if (prefill !== null) setText((before) => before ?? prefill);
  }, [prefill]);

  const parsed = useMemo((): { terms: unknown; issue: Issues[number] | null } => {
    if (text === null) return { terms: undefined, issue: null };
    try {
      return { terms: JSON.parse(text) as unknown, issue: null };
    } catch (error) {
      return { terms: undefined, issue: jsonIssue(text, error) };
    }
  }, [text]);
  const onIssues = useCallback(
    (found: Issues) => setIssues(found.filter(({ path }) => path !== "amount")),
    [],
  );
  const shown = parsed.issue ? [parsed.issue] : issues;

  async function save() {
    setRefusal(null);
    try {
      const made = await draft.mutateAsync({ programId: program.id, terms: parsed.terms });
      await queryClient.invalidateQueries(trpc.agreements.pathFilter());
      showToast({ title: `Version ${made.version} is drafted`, description: "Propose it when it is right." });
      router.push(`${base}/agreements/${made.agreementId}`);
    } catch (error) {
      const failure = callErrorOf(error);
      const found = failure?.details?.issues;
      if (Array.isArray(found)) setIssues(found as Issues);
      setRefusal(failure?.message ?? "The server did not answer. Nothing was stored.");
    }
  }

  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)]">
      <Card
        title={`Terms for ${program.name}`}
        hint={template.data ? `from version ${template.data.version}` : none ? "a first version" : undefined}
        actions={
          <Button
            size="sm"
            variant="ghost"
            icon={<RotateCcw />}
            disabled={prefill === null || text === prefill}
            onClick={() => setText(prefill)}
          >
            Start over
          </Button>
        }
        footer={
          <>
            {shown.length === 0 && text !== null ? (
              <span className="flex items-center gap-1.5 text-arrived">
                <CircleCheck aria-hidden className="size-4" /> These terms can be used
              </span>
            ) : (
              <span>{shown.length > 0 ? `${shown.length} to mend` : "Loading the terms"}</span>
            )}
            <Button
              variant="primary"
              className="ml-auto"
              disabled={text === null || shown.length > 0}
              loading={draft.isPending}
              onClick={() => void save()}
            >
              Store the draft
            </Button>
          </>
        }
      >
        <div className="grid gap-3">
          {refusal ? <Banner tone="loss">{refusal}</Banner> : null}
          <Field label="Terms as JSON" hideLabel>
            <Textarea
              mono
              rows={30}
              spellCheck={false}
              wrap="off"
              value={text ?? ""}
              placeholder="Loading the version in force"
              onChange={(event) => setText(event.currentTarget.value)}
            />
          </Field>
        </div>
      </Card>
      <div className="grid gap-4">
        {shown.length > 0 ? <TermsIssues issues={shown} /> : null}
        <TryAgreement
          programId={program.id}
          terms={parsed.terms}
          currency={program.currency}
          merchants={(full?.parties ?? []).filter(({ kind }) => kind === "merchant")}
          nameOf={nameOf}
          onIssues={onIssues}
        />
      </div>
    </div>
  );
}
