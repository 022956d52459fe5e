"use client";

import { useMutation } from "@tanstack/react-query";
import { Ban } from "lucide-react";
import { type ReactNode, useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import type { CaseFile } from "@/components/review/case-types";
import { ExactTime } from "@/components/time/relative-time";
import { useNow } from "@/components/time/use-now";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { showToast } from "@/components/ui/toast";
import { useOperatorTrpc } from "@/server/trpc/client";

type History = NonNullable<CaseFile["payerHistory"]>;

/** What is known of the payer and of the device, side by side. */
export function CaseHistory({ file, className }: { file: CaseFile; className?: string }) {
  const { payerHistory: payer, deviceHistory: device, payment } = file;
  const rows: { label: string; of: (history: History) => ReactNode }[] = [
    { label: "Payments", of: (history) => formatCount(history.payments) },
    { label: "Captured", of: (history) => <Money {...history.capturedAmount} hideCode /> },
    {
      label: "Declined",
      of: (history) => (
        <span className={cn(history.declined > 0 && "text-loss")}>{formatCount(history.declined)}</span>
      ),
    },
    { label: "Reviewed", of: (history) => formatCount(history.reviewed) },
    { label: "Refunded", of: (history) => formatCount(history.refunded) },
    {
      label: "First seen",
      of: (history) => (history.firstAt ? <ExactTime at={history.firstAt} format="date" /> : "never before"),
    },
  ];
  return (
    <Card
      title="What is known of them?"
      level={3}
      className={className}
      actions={<BlockInstrument file={file} />}
      flush
    >
      <table className="w-full text-sm">
        <thead>
          <tr className="border-y border-line-soft text-xs text-muted">
            <th scope="col" className="px-4 py-1.5 text-left font-normal">
              <span className="sr-only">Fact</span>
            </th>
            <th scope="col" className="px-2 py-1.5 text-right font-normal" title={payment.instrument}>
              Payer, 90 days
            </th>
            <th scope="col" className="px-4 py-1.5 text-right font-normal" title={payment.device?.name}>
              Device, 30 days
            </th>
          </tr>
        </thead>
        <tbody className="tabular">
          {rows.map(({ label, of }) => (
            <tr key={label} className="border-b border-line-soft last:border-0">
              <th scope="row" className="px-4 py-1.5 text-left font-normal text-muted">
                {label}
              </th>
              <td className="px-2 py-1.5 text-right">{payer ? of(payer) : <Unknown />}</td>
              <td className="px-4 py-1.5 text-right">{device ? of(device) : <Unknown />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Unknown() {
  return (
    <span className="text-faint">
      <span aria-hidden>–</span>
      <span className="sr-only">unknown</span>
    </span>
  );
}

const DAY_MS = 86_400_000;

/** Keeps the card or wallet from paying for a day, beside whatever becomes of this payment. */
function BlockInstrument({ file }: { file: CaseFile }) {
  const trpc = useOperatorTrpc();
  const { can } = usePortal();
  const now = useNow(60);
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const block = useMutation(trpc.cases.blockInstrument.mutationOptions());
  const { instrumentId, payment } = file;
  if (!instrumentId || !can("cases.decide")) return null;
  return (
    <>
      <Button size="sm" variant="danger-quiet" icon={<Ban />} onClick={() => setOpen(true)}>
        Block for a day
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Block ${payment.instrument} for a day?`}
        consequence={`Every payment with it is declined for the next 24 hours, in ${payment.program.name} and at every device. This case stays as it is: decide it as well.`}
        confirmLabel="Block it"
        danger
        onConfirm={async () => {
          if (reason.trim().length < 3) return "Say why in a few words; the reason stands in the audit log.";
          await block.mutateAsync({
            instrumentId,
            blocked: true,
            until: new Date((now ?? Date.parse(payment.occurredAt)) + DAY_MS).toISOString(),
            reason: reason.trim(),
          });
          showToast({ title: `${payment.instrument} is blocked for 24 hours` });
          return undefined;
        }}
      >
        <Field label="Reason">
          <Input value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        </Field>
      </ConfirmDialog>
    </>
  );
}
