"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ban, CheckCheck, Ellipsis, Send, Undo2, X } from "lucide-react";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { formatAmount } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { sumAmounts } from "@/components/money/sum-amounts";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Textarea } from "@/components/ui/input";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { showToast } from "@/components/ui/toast";
import type { PayoutView } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

type Move = "submit" | "paid" | "failed" | "returned" | "cancel";

const textOf = (payout: PayoutView) =>
  `${formatAmount(payout.amount.amount, { currency: payout.amount.currency })} ${payout.amount.currency}`;

/** What the dialogs say about one payout and one move. */
function wordsFor(move: Move, payout: PayoutView) {
  const amount = textOf(payout);
  const who = payout.party.name;
  switch (move) {
    case "submit":
      return {
        title: `Send ${amount} to ${who}?`,
        consequence: `It leaves for ${payout.bankLabel ?? "the party's active bank account"}.`,
        confirmLabel: `Send ${amount}`,
        done: `${amount} sent to ${who}`,
      };
    case "paid":
      return {
        title: `Mark ${amount} to ${who} as paid?`,
        consequence: "The bank has executed it. The ledger moves it from in transit to the bank.",
        confirmLabel: "Mark paid",
        done: `${amount} paid to ${who}`,
      };
    case "failed":
      return {
        title: `Did the bank refuse ${amount} to ${who}?`,
        consequence: `When a second person has seen the same, the money is owed to ${who} again and goes out with the next run.`,
        confirmLabel: "Propose: failed",
        done: `A second person has to confirm that the payout to ${who} failed`,
      };
    case "returned":
      return {
        title: `Did ${amount} to ${who} come back?`,
        consequence: `When a second person has seen the same, the money is owed to ${who} again, and the bank account is not used until it is replaced.`,
        confirmLabel: "Propose: returned",
        done: `A second person has to confirm that the payout to ${who} came back`,
      };
    case "cancel":
      return {
        title: `Cancel ${amount} to ${who}?`,
        consequence:
          payout.state === "approved"
            ? `The money stays owed to ${who}. The approval of the whole run becomes void, and it has to be approved again.`
            : `The money stays owed to ${who} and goes out with the next run.`,
        confirmLabel: "Cancel the payout",
        done: `Payout to ${who} cancelled`,
      };
  }
}

const NEEDS_REASON: readonly Move[] = ["failed", "returned", "cancel"];

interface PayoutMoveDialogProps {
  payout: PayoutView;
  move: Move | null;
  onClose: () => void;
}

/** Asks before one payout moves, with the reason where the bank or the operator has one. */
function PayoutMoveDialog({ payout, move, onClose }: PayoutMoveDialogProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");
  const submit = useMutation(trpc.payouts.submit.mutationOptions());
  const paid = useMutation(trpc.payouts.markPaid.mutationOptions());
  const failed = useMutation(trpc.payouts.markFailed.mutationOptions());
  const returned = useMutation(trpc.payouts.markReturned.mutationOptions());
  const cancel = useMutation(trpc.payouts.cancel.mutationOptions());
  if (!move) return null;
  const words = wordsFor(move, payout);
  const needsReason = NEEDS_REASON.includes(move);

  async function go(asked: Move): Promise<string | undefined> {
    const given = reason.trim();
    if (needsReason && given.length < 2) return "Give the reason; the party reads it.";
    const one = { payoutId: payout.id, reason: given };
    if (asked === "submit") {
      await submit.mutateAsync({ payoutIds: [payout.id] });
    }
    if (asked === "paid") await paid.mutateAsync({ payoutIds: [payout.id] });
    if (asked === "failed") await failed.mutateAsync(one);
    if (asked === "returned") await returned.mutateAsync(one);
    if (asked === "cancel") await cancel.mutateAsync(one);
    setReason("");
    await queryClient.invalidateQueries();
    showToast({ title: words.done, tone: asked === "paid" ? "arrived" : "neutral" });
    return undefined;
  }

  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.title}
      consequence={words.consequence}
      confirmLabel={words.confirmLabel}
      danger={needsReason}
      onConfirm={() => go(move)}
    >
      {needsReason ? (
        <Field
          label={move === "cancel" ? "Reason" : "What the bank says"}
          hint="It stands on the payout, and the party reads it"
        >
          <Textarea
            rows={2}
            value={reason}
            placeholder={move === "cancel" ? "The account is being checked" : "AC04 closed account"}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Field>
      ) : null}
    </ConfirmDialog>
  );
}

/** The menu of what may happen to one payout in its state; nothing where nothing may. */
export function PayoutMoves({ payout, compact }: { payout: PayoutView; compact?: boolean }) {
  const { can } = usePortal();
  const [move, setMove] = useState<Move | null>(null);
  const entries = entriesFor(payout, can("payouts.pay"), can("payouts.approve"), setMove);
  if (entries.length === 0) return null;
  return (
    <>
      <Menu
        align="end"
        trigger={
          compact ? (
            <IconButton
              label={`Move on the payout to ${payout.party.name}`}
              icon={<Ellipsis />}
              size="sm"
              variant="ghost"
              hint={false}
            />
          ) : (
            <Button>Move on…</Button>
          )
        }
        entries={entries}
      />
      <PayoutMoveDialog payout={payout} move={move} onClose={() => setMove(null)} />
    </>
  );
}

function entriesFor(
  { state }: PayoutView,
  mayPay: boolean,
  mayApprove: boolean,
  choose: (move: Move) => void,
): MenuEntry[] {
  const entries: MenuEntry[] = [];
  if (mayPay && state === "approved")
    entries.push({ label: "Send to the bank", icon: <Send />, onSelect: () => choose("submit") });
  if (mayPay && state === "submitted")
    entries.push({ label: "Mark paid", icon: <CheckCheck />, onSelect: () => choose("paid") });
  if (mayPay && state === "submitted")
    entries.push({ label: "Mark failed", icon: <X />, danger: true, onSelect: () => choose("failed") });
  if (mayPay && (state === "submitted" || state === "paid"))
    entries.push({
      label: "Mark returned",
      icon: <Undo2 />,
      danger: true,
      onSelect: () => choose("returned"),
    });
  if (mayApprove && (state === "proposed" || state === "approved"))
    entries.push({ label: "Cancel", icon: <Ban />, danger: true, onSelect: () => choose("cancel") });
  return entries;
}

/** For the chosen rows of a table: sends those that are approved, or marks those that were sent as paid. */
export function BulkPayoutMoves({ rows, clear }: { rows: readonly PayoutView[]; clear: () => void }) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const { can } = usePortal();
  const [move, setMove] = useState<"submit" | "paid" | null>(null);
  const submit = useMutation(trpc.payouts.submit.mutationOptions());
  const paid = useMutation(trpc.payouts.markPaid.mutationOptions());
  if (!can("payouts.pay")) return null;
  const approved = rows.filter((row) => row.state === "approved");
  const submitted = rows.filter((row) => row.state === "submitted");
  const chosen = move === "submit" ? approved : submitted;
  const totals = [...new Set(chosen.map((row) => row.amount.currency))].map((currency) => {
    const of = chosen.filter((row) => row.amount.currency === currency).map((row) => row.amount.amount);
    return `${formatAmount(sumAmounts(of), { currency })} ${currency}`;
  });
  return (
    <>
      {approved.length === 0 && submitted.length === 0 ? (
        <span className="text-sm text-muted">None of them can be sent or marked paid</span>
      ) : null}
      {approved.length > 0 ? (
        <Button icon={<Send />} onClick={() => setMove("submit")}>
          Send {formatCount(approved.length)}
        </Button>
      ) : null}
      {submitted.length > 0 ? (
        <Button variant="primary" icon={<CheckCheck />} onClick={() => setMove("paid")}>
          Mark {formatCount(submitted.length)} paid
        </Button>
      ) : null}
      <ConfirmDialog
        open={move !== null}
        onOpenChange={(open) => !open && setMove(null)}
        title={
          move === "submit"
            ? `Send ${formatCount(chosen.length)} payouts?`
            : `Mark ${formatCount(chosen.length)} payouts as paid?`
        }
        consequence={
          move === "submit"
            ? `${totals.join(" and ")} leaves for the bank.`
            : `The bank has executed ${totals.join(" and ")}.`
        }
        confirmLabel={move === "submit" ? `Send ${totals.join(" and ")}` : "Mark paid"}
        onConfirm={async () => {
          const payoutIds = chosen.map((row) => row.id);
          const { moved } = await (move === "submit" ? submit : paid).mutateAsync({ payoutIds });
          await queryClient.invalidateQueries();
          showToast({
            title: `${formatCount(moved)} payouts ${move === "submit" ? "sent" : "paid"}`,
          });
          clear();
        }}
      />
    </>
  );
}
