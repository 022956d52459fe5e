"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { endedWords, numberWords } from "@/components/bank-accounts/account-words";
import { EnterAccount, type NewAccount } from "@/components/bank-accounts/enter-account";
import { type Answer, AnswerButtons, AnswerDialog, faultWords } from "@/components/confirmations/answers";
import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FirstUse } from "@/components/ui/empty-state";
import { LongName } from "@/components/ui/long-name";
import { StatusBadge } from "@/components/ui/status-badge";
import type { BankAccountView } from "@/server/settlement/schema";

export interface AccountCalls {
  enter: (account: NewAccount) => Promise<unknown>;
  confirm: (confirmationId: string, sha256: string) => Promise<unknown>;
  reject: (confirmationId: string, reason: string) => Promise<unknown>;
  withdraw: (confirmationId: string) => Promise<unknown>;
  disable: (bankAccountId: string, reason: string) => Promise<unknown>;
}

interface AccountCardProps {
  party: string;
  accounts: readonly BankAccountView[];
  /** Null for those who only look. */
  calls: AccountCalls | null;
  currency?: string | undefined;
}

type Asking = { what: Answer | "disable"; account: BankAccountView };

/** Where a party is paid, what waits for a second person, and every account before. */
export function AccountCard({ party, accounts, calls, currency }: AccountCardProps) {
  const [entering, setEntering] = useState(false);
  const [asking, setAsking] = useState<Asking | null>(null);
  const open = accounts.filter(({ state }) => state === "waiting" || state === "resting");
  const columns: DataColumn<BankAccountView>[] = [
    {
      id: "account",
      header: "Account",
      cell: (row) => (
        <span className="grid py-1.5">
          <LongName className="font-medium lg:max-w-64">{row.holder}</LongName>
          <LongName className="text-xs text-muted lg:max-w-64">{row.label}</LongName>
        </span>
      ),
    },
    { id: "currency", header: "Currency", priority: 2, cell: (row) => row.currency },
    {
      id: "state",
      header: "State",
      priority: 1,
      cell: (row) => <StatusBadge kind="bankAccount" state={row.state} />,
    },
    {
      id: "people",
      header: "Entered and confirmed by",
      priority: 3,
      cell: (row) => (
        <LongName className="text-muted">
          {`${row.enteredBy ?? "the platform"}${row.confirmedBy ? `, ${row.confirmedBy}` : ""}`}
        </LongName>
      ),
    },
    {
      id: "since",
      header: "In use",
      priority: 2,
      cell: (row) => (
        <span className="text-muted">
          {row.activatedAt ? (
            <>
              <ExactTime at={row.activatedAt} format="date" />
              {row.disabledAt ? (
                <>
                  {" to "}
                  <ExactTime at={row.disabledAt} format="date" />, {endedWords(row.disabledReason)}
                </>
              ) : null}
            </>
          ) : row.disabledAt ? (
            endedWords(row.disabledReason)
          ) : (
            "not yet"
          )}
        </span>
      ),
    },
    {
      id: "actions",
      header: "Actions",
      align: "right",
      priority: 1,
      cell: (row) =>
        calls && row.state === "active" ? (
          <Button
            size="sm"
            variant="danger-quiet"
            onClick={() => setAsking({ what: "disable", account: row })}
          >
            End its use
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      {open.map((account) => (
        <OpenAccount key={account.id} account={account} ask={calls ? setAsking : null} />
      ))}
      <Card
        title="Where is it paid?"
        hint="Every account, the newest first"
        flush
        actions={
          calls ? (
            <Button
              size="sm"
              icon={<Plus />}
              onClick={() => setEntering(true)}
              disabled={open.length > 0 && accounts.every(({ currency: of }) => of === open[0]?.currency)}
            >
              Enter an account
            </Button>
          ) : undefined
        }
      >
        <SimpleTable
          label="Bank accounts"
          columns={columns}
          rows={accounts}
          rowId={(row) => row.id}
          empty={
            <FirstUse
              title="No bank account yet"
              action={calls ? <Button onClick={() => setEntering(true)}>Enter an account</Button> : undefined}
            >
              Payouts wait until one person has entered an account and another has confirmed it.
            </FirstUse>
          }
        />
      </Card>
      {calls ? (
        <>
          <EnterAccount
            party={party}
            currency={currency}
            open={entering}
            onClose={() => setEntering(false)}
            onEnter={calls.enter}
          />
          {asking ? (
            <AnswerAccount {...asking} party={party} calls={calls} onClose={() => setAsking(null)} />
          ) : null}
        </>
      ) : null}
    </>
  );
}

/** An account on its way: it waits for a second person, or rests. */
function OpenAccount({ account, ask }: { account: BankAccountView; ask: ((asking: Asking) => void) | null }) {
  const { waiting } = account;
  if (account.state === "resting") {
    return (
      <Banner
        tone="waiting"
        title={`Payouts go to ${account.label} from then on`}
        actions={
          ask ? (
            <Button size="sm" variant="danger-quiet" onClick={() => ask({ what: "disable", account })}>
              Stop it
            </Button>
          ) : undefined
        }
      >
        <ExactTime at={account.usableFrom} format="dateTime" withOffset />. {account.enteredBy} entered it,{" "}
        {account.confirmedBy} confirmed it. The account before stays in use until then.
      </Banner>
    );
  }
  if (!waiting) return null;
  return (
    <Banner
      tone="waiting"
      title={`${account.label} waits for a second person`}
      actions={ask ? <AnswerButtons {...waiting} ask={(what) => ask({ what, account })} /> : undefined}
    >
      {account.enteredBy} entered it <RelativeTime at={account.createdAt} />.
      {ask && waiting.fault ? ` ${faultWords(waiting.fault)}.` : ""}
    </Banner>
  );
}

function AnswerAccount({
  what,
  account,
  party,
  calls,
  onClose,
}: Asking & { party: string; calls: AccountCalls; onClose: () => void }) {
  const words = {
    confirm: {
      title: `Pay ${party} to this account?`,
      consequence:
        "Compare the number with what the party gave you by another way than this page. It is used when its rest is over, or at once when it is the first.",
      label: "Confirm the account",
      done: "Account confirmed",
    },
    reject: {
      title: "Reject this account?",
      consequence: "It is not used. Whoever entered it reads the reason.",
      label: "Reject",
      done: "Account rejected",
    },
    withdraw: {
      title: "Withdraw this account?",
      consequence: "It is not used. Another can be entered then.",
      label: "Withdraw",
      done: "Account withdrawn",
    },
    disable: {
      title: `End the use of ${account.label}?`,
      consequence: `Nothing more is sent to it. Payouts to ${party} wait until another account is confirmed.`,
      label: "End its use",
      done: "The account is in no use any more",
    },
  }[what];

  async function send(reason: string): Promise<string | undefined> {
    const { waiting } = account;
    if (what === "disable") await calls.disable(account.id, reason);
    else if (!waiting) return "It has its answer already. Look again.";
    else if (what === "confirm") await calls.confirm(waiting.confirmationId, waiting.sha256);
    else if (what === "reject") await calls.reject(waiting.confirmationId, reason);
    else await calls.withdraw(waiting.confirmationId);
    return undefined;
  }

  return (
    <AnswerDialog
      {...words}
      reasonReadBy={what === "reject" || what === "disable" ? "everybody concerned reads" : undefined}
      facts={[
        { label: "Holder", value: account.holder },
        { label: "Account", value: <span className="font-mono">{numberWords(account)}</span> },
        { label: "Bank", value: account.bankName },
        { label: "Currency", value: account.currency },
        { label: "Entered by", value: account.enteredBy ?? "the platform" },
      ]}
      onSend={send}
      onClose={onClose}
    />
  );
}
