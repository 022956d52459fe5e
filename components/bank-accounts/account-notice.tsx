"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePortal } from "@/components/frame/portal-context";
import { RelativeTime } from "@/components/time/relative-time";
import { Banner } from "@/components/ui/banner";
import { type MerchantTrpc, useAgencyTrpc, useMerchantTrpc } from "@/server/trpc/client";

const RECENT_MS = 14 * 86_400_000;

export function MerchantAccountNotice() {
  return <AccountNotice calls={useMerchantTrpc().bankAccounts} />;
}

export function AgencyAccountNotice() {
  return <AccountNotice calls={useAgencyTrpc().bankAccounts} />;
}

/** Says to everybody of a party, where money is looked at, that the account it goes to is about to change or has. */
function AccountNotice({ calls }: { calls: MerchantTrpc["bankAccounts"] }) {
  const { base, can } = usePortal();
  const accounts = useQuery(calls.list.queryOptions(undefined, { enabled: can("payouts.read") }));
  const rows = accounts.data ?? [];
  const link = (
    <Link href={`${base}/bank-accounts`} className="underline underline-offset-4">
      Bank accounts
    </Link>
  );
  const open = rows.find(({ state }) => state === "waiting" || state === "resting");
  if (open) {
    return (
      <Banner tone="waiting" title={`Another bank account: ${open.label}`} actions={link}>
        {open.enteredBy} entered it <RelativeTime at={open.createdAt} />.{" "}
        {open.state === "waiting" ? (
          "It waits for a second person."
        ) : (
          <>
            It is used <RelativeTime at={open.usableFrom} />.
          </>
        )}
      </Banner>
    );
  }
  if (accounts.data && !rows.some(({ state }) => state === "active")) {
    return (
      <Banner tone="waiting" title="There is no bank account in use" actions={link}>
        Payouts wait until one is entered and a second person has confirmed it.
      </Banner>
    );
  }
  // The first account replaces none, so there is nothing to warn of.
  const changed = rows.find(
    ({ state, activatedAt }) =>
      state === "active" &&
      activatedAt &&
      Date.now() - Date.parse(activatedAt) < RECENT_MS &&
      rows.length > 1,
  );
  if (!changed) return null;
  return (
    <Banner title={`Payouts go to ${changed.label} now`} actions={link}>
      The account was changed <RelativeTime at={changed.activatedAt} />.
    </Banner>
  );
}
