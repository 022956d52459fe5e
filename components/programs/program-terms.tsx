"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { ExactTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input, Textarea } from "@/components/ui/input";
import { SkeletonText } from "@/components/ui/skeleton";
import { showToast } from "@/components/ui/toast";
import type { OperatorTermsView } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

/** How merchants of a program agree to a version: the terms that hold, those that wait, and who relies on them. */
export function ProgramTerms({ program }: { program: { id: string; name: string } }) {
  const trpc = useOperatorTrpc();
  const { can } = usePortal();
  const queryClient = useQueryClient();
  const [writing, setWriting] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const terms = useQuery(trpc.terms.get.queryOptions({ programId: program.id }));
  const confirm = useMutation(trpc.terms.confirm.mutationOptions());
  const { data } = terms;
  return (
    <Card
      title="How do merchants agree?"
      actions={
        can("agreements.write") ? (
          <Button size="sm" variant="ghost" onClick={() => setWriting(true)}>
            {data?.current || data?.waiting ? "Change the terms" : "Write terms"}
          </Button>
        ) : undefined
      }
      flush
    >
      {data ? <TermsFacts data={data} /> : <SkeletonText lines={3} className="px-4 pb-4" />}
      {data?.waiting ? (
        <div className="flex items-center gap-3 border-t border-line-soft px-4 py-2.5 text-sm">
          <span className="min-w-0 flex-1">
            Terms {data.waiting.version} with {data.waiting.noticeDays} days of notice, written by{" "}
            {data.waiting.draftedBy ?? "somebody"}, wait for a second person.
          </span>
          {can("agreements.approve") && !data.ownFault ? (
            <Button size="sm" variant="primary" onClick={() => setConfirming(true)}>
              Read and confirm
            </Button>
          ) : null}
        </div>
      ) : null}
      {writing && data ? (
        <WriteTerms program={program} current={data.current} onClose={() => setWriting(false)} />
      ) : null}
      {data?.waiting ? (
        <ConfirmDialog
          open={confirming}
          onOpenChange={setConfirming}
          title={`Confirm terms ${data.waiting.version} of ${program.name}?`}
          consequence={`Notice is ${data.waiting.noticeDays} days${data.current ? ` instead of ${data.current.noticeDays}` : ""}. Standing consents to earlier terms end; every merchant is asked anew. Versions proposed already keep their notice.`}
          confirmLabel="Confirm the terms"
          onConfirm={async () => {
            await confirm.mutateAsync({ termsId: data.waiting?.id ?? "" });
            await queryClient.invalidateQueries();
            showToast({ title: "The terms hold from now on", tone: "arrived" });
          }}
        >
          <p className="max-h-64 overflow-y-auto whitespace-pre-line text-sm">{data.waiting.body}</p>
        </ConfirmDialog>
      ) : null}
    </Card>
  );
}

function TermsFacts({ data }: { data: OperatorTermsView }) {
  const { current, merchants } = data;
  return (
    <>
      <p className="border-t border-line-soft px-4 py-2.5 text-sm text-muted">
        {current
          ? `Whoever gave a standing consent is bound when ${current.noticeDays} days have passed without an objection. All others approve each version.`
          : "Every merchant approves each version. With terms that state a notice, merchants can give a standing consent."}
      </p>
      <ul className="divide-y divide-line-soft border-t border-line-soft">
        {merchants.map(({ party, consentedAt }) => (
          <li key={party.id} className="flex gap-3 px-4 py-2 text-sm">
            <span className="min-w-0 flex-1">{party.name}</span>
            <span className="text-xs leading-5 text-muted">
              {consentedAt ? (
                <>
                  standing consent since <ExactTime at={consentedAt} format="date" />
                </>
              ) : (
                "answers each version"
              )}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

interface WriteTermsProps {
  program: { id: string; name: string };
  current: OperatorTermsView["current"];
  onClose: () => void;
}

function WriteTerms({ program, current, onClose }: WriteTermsProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [body, setBody] = useState(current?.body ?? "");
  const [days, setDays] = useState(String(current?.noticeDays ?? 30));
  const [refusal, setRefusal] = useState<string | null>(null);
  const draft = useMutation(trpc.terms.draft.mutationOptions());

  async function send() {
    const noticeDays = Number(days);
    if (!Number.isInteger(noticeDays) || noticeDays < 7 || noticeDays > 365)
      return setRefusal("Give a notice of 7 to 365 whole days.");
    if (body.trim().length < 40)
      return setRefusal("Write what merchants agree to, in at least 40 characters.");
    setRefusal(null);
    try {
      await draft.mutateAsync({ programId: program.id, body, noticeDays });
      await queryClient.invalidateQueries();
      showToast({ title: "The terms wait for a second person" });
      onClose();
    } catch (error) {
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was stored.");
    }
  }

  return (
    <FormDialog
      title={`Terms of ${program.name} for its merchants`}
      description="They hold when a second person of the operator confirms them. Standing consents to earlier terms then end."
      action="Store for confirmation"
      pending={draft.isPending}
      refusal={refusal}
      onClose={onClose}
      onSubmit={() => void send()}
    >
      <Field label="Notice" hint="From the proposal of a version, 7 to 365">
        <Input
          inputMode="numeric"
          value={days}
          suffix="days"
          onChange={(event) => setDays(event.currentTarget.value)}
        />
      </Field>
      <Field label="What merchants agree to" className="sm:col-span-2">
        <Textarea rows={10} value={body} onChange={(event) => setBody(event.currentTarget.value)} />
      </Field>
    </FormDialog>
  );
}
