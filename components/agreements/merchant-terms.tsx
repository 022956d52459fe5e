"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { ExactTime } from "@/components/time/relative-time";
import { ZoneProvider } from "@/components/time/zone-context";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { showToast } from "@/components/ui/toast";
import type { MerchantTermsView } from "@/server/settlement/schema";
import { useMerchantTrpc } from "@/server/trpc/client";

/** Of each program: by which version payments are split, how changes are announced, and the standing consent. */
export function MerchantTerms() {
  const trpc = useMerchantTrpc();
  const programs = useQuery(trpc.terms.list.queryOptions());
  return programs.data?.map((each) => (
    <ZoneProvider key={each.program.id} zone={each.program.timeZone} place={each.program.name}>
      <ProgramTermsCard offer={each} />
    </ZoneProvider>
  ));
}

function ProgramTermsCard({ offer }: { offer: MerchantTermsView }) {
  const { base, can } = usePortal();
  const trpc = useMerchantTrpc();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<"give" | "withdraw" | null>(null);
  const give = useMutation(trpc.terms.consent.mutationOptions());
  const withdraw = useMutation(trpc.terms.withdraw.mutationOptions());
  const { program, terms, consent, inForce } = offer;
  const days = terms ? `${terms.noticeDays} days` : "";
  return (
    <Card
      title={`How does ${program.name} change its split?`}
      aside={
        consent ? (
          <Badge tone="arrived">Standing consent</Badge>
        ) : (
          <Badge tone="neutral">You answer each version</Badge>
        )
      }
      footer={
        terms && can("agreements.answer") ? (
          <>
            <span>
              {consent ? "Withdraw it at any time" : `Silence for ${days} would count as agreement`}
            </span>
            <Button
              className="ml-auto"
              variant={consent ? "danger-quiet" : "secondary"}
              onClick={() => setAsking(consent ? "withdraw" : "give")}
            >
              {consent ? "Withdraw the standing consent" : "Give a standing consent"}
            </Button>
          </>
        ) : undefined
      }
    >
      <div className="grid gap-2 text-sm">
        <p>
          You take part since <ExactTime at={offer.joinedAt} format="date" />.{" "}
          {inForce ? (
            <>
              Your payments are split by{" "}
              <Link href={`${base}/agreements/${inForce.id}`} className="underline underline-offset-4">
                version {inForce.version}
              </Link>
              .
            </>
          ) : (
            "No version is in force yet."
          )}
        </p>
        {offer.consentedBefore ? (
          <p className="text-waiting">
            You had consented to earlier terms. They have changed, so that consent no longer counts.
          </p>
        ) : null}
        {consent ? (
          <p className="flex items-center gap-1.5">
            <Check aria-hidden className="size-4 shrink-0 text-arrived" />
            <span>
              {consent.givenBy ?? "Somebody of yours"} consented on{" "}
              <ExactTime at={consent.givenAt} format="date" />: a version binds you when {days} have passed
              without your objection.
            </span>
          </p>
        ) : (
          <p className="text-muted">
            {terms
              ? "No version comes into force before you have approved it yourself."
              : "The operator has set no terms for a standing consent; you approve every version yourself."}
          </p>
        )}
        {terms ? (
          <details>
            <summary className="cursor-pointer text-muted">Terms, version {terms.version}</summary>
            <p className="mt-2 max-w-prose whitespace-pre-line">{terms.body}</p>
          </details>
        ) : null}
      </div>
      {terms ? (
        <>
          <ConfirmDialog
            open={asking === "give"}
            onOpenChange={(open) => setAsking(open ? "give" : null)}
            title={`Consent to the terms of ${program.name}?`}
            consequence={`From now on your silence counts: a proposed version binds you when ${days} have passed without your objection. Versions that are proposed already still wait for your answer.`}
            confirmLabel="Give the standing consent"
            onConfirm={async () => {
              await give.mutateAsync({ programId: program.id, termsId: terms.id });
              await queryClient.invalidateQueries();
              showToast({ title: "Standing consent given", tone: "arrived" });
            }}
          >
            <p className="max-h-64 overflow-y-auto whitespace-pre-line text-sm">{terms.body}</p>
          </ConfirmDialog>
          <ConfirmDialog
            open={asking === "withdraw"}
            onOpenChange={(open) => setAsking(open ? "withdraw" : null)}
            title={`Withdraw the standing consent for ${program.name}?`}
            consequence="You then answer every version yourself, also those whose notice still runs. Versions whose notice has passed bind you."
            confirmLabel="Withdraw it"
            danger
            onConfirm={async () => {
              await withdraw.mutateAsync({ programId: program.id });
              await queryClient.invalidateQueries();
              showToast({ title: "Standing consent withdrawn" });
            }}
          />
        </>
      ) : null}
    </Card>
  );
}
