"use client";

import { useMutation } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { Input } from "@/components/ui/input";
import { Page, PageHeader } from "@/components/ui/page-header";
import { LinkTabs } from "@/components/ui/tabs";
import { showToast } from "@/components/ui/toast";
import { useOperatorClient } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

/** The pages of the ledger under one head, with the look-up of any id. */
export function LedgerFrame({ actions, children }: { actions?: ReactNode; children: ReactNode }) {
  const { base } = usePortal();
  const path = usePathname();
  const tabs = [
    { href: `${base}/ledger`, label: "Chart of accounts" },
    { href: `${base}/ledger/transfers`, label: "Transfers" },
    { href: `${base}/ledger/trial-balance`, label: "Trial balance" },
    { href: `${base}/ledger/proof`, label: "Proof" },
  ];
  return (
    <Page>
      <PageHeader
        title="Ledger"
        meta="Double entry, append-only, sealed behind the head. Read here, never written"
        actions={
          <>
            <FindInLedger />
            {actions}
          </>
        }
      />
      <LinkTabs
        label="Pages of the ledger"
        items={tabs.map((tab) => ({ ...tab, active: path === tab.href }))}
      />
      {children}
    </Page>
  );
}

/** Opens the account, transfer or journal behind an id; a payment's id opens its journal. */
function FindInLedger() {
  const client = useOperatorClient();
  const router = useRouter();
  const { base } = usePortal();
  const [text, setText] = useState("");
  const find = useMutation({
    mutationFn: (asked: string) => client.ledger.find.query({ text: asked }),
    onSuccess: (found, asked) => {
      if (found) router.push(`${base}/ledger/${found.kind}s/${found.id}`);
      else
        showToast({
          title: "Nothing in the ledger has this id",
          description: asked.slice(0, 60),
          tone: "waiting",
        });
    },
    onError: (error) =>
      showToast({ title: callErrorOf(error)?.message ?? "The server did not answer.", tone: "loss" }),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim().length >= 3) find.mutate(text.trim());
      }}
      className="w-72"
    >
      <Input
        mono
        aria-label="Find a transfer, journal, account or payment by its id"
        placeholder="xfer_…, jrnl_…, acct_…, pay_…"
        prefix={<Search aria-hidden className="size-4" />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}
