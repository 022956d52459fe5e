"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { AccountCard } from "@/components/bank-accounts/account-card";
import { usePortal } from "@/components/frame/portal-context";
import { QueryView } from "@/components/query/query-view";
import { Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonRows } from "@/components/ui/skeleton";
import { type MerchantTrpc, useAgencyTrpc, useMerchantTrpc, useOperatorTrpc } from "@/server/trpc/client";

export function MerchantBankAccountsPage() {
  return <BankAccountsPage trpc={useMerchantTrpc()} />;
}

export function AgencyBankAccountsPage() {
  return <BankAccountsPage trpc={useAgencyTrpc()} />;
}

/** Where the organisation of the portal is paid. */
function BankAccountsPage({ trpc }: { trpc: Pick<MerchantTrpc, "bankAccounts" | "programs"> }) {
  const { can, name } = usePortal();
  const calls = trpc.bankAccounts;
  const accounts = useQuery(calls.list.queryOptions());
  const programs = useQuery(trpc.programs.list.queryOptions());
  const enter = useMutation(calls.enter.mutationOptions());
  const confirm = useMutation(calls.confirm.mutationOptions());
  const reject = useMutation(calls.reject.mutationOptions());
  const withdraw = useMutation(calls.withdraw.mutationOptions());
  const disable = useMutation(calls.disable.mutationOptions());
  return (
    <Page>
      <PageHeader
        title="Bank accounts"
        meta="Entered by one person, confirmed by another; a change rests before it is used"
      />
      <QueryView query={accounts} what="The bank accounts" skeleton={<SkeletonRows rows={3} columns={4} />}>
        {(rows) => (
          <AccountCard
            party={name}
            accounts={rows}
            currency={programs.data?.items[0]?.currency}
            calls={
              can("bank_accounts.manage")
                ? {
                    enter: (account) => enter.mutateAsync(account),
                    confirm: (confirmationId, sha256) => confirm.mutateAsync({ confirmationId, sha256 }),
                    reject: (confirmationId, reason) => reject.mutateAsync({ confirmationId, reason }),
                    withdraw: (confirmationId) => withdraw.mutateAsync({ confirmationId }),
                    disable: (bankAccountId, reason) => disable.mutateAsync({ bankAccountId, reason }),
                  }
                : null
            }
          />
        )}
      </QueryView>
    </Page>
  );
}

/** On the operator's page of an organisation. */
export function BankAccountsOf({ organisation }: { organisation: { id: string; name: string } }) {
  const { can } = usePortal();
  const trpc = useOperatorTrpc();
  const calls = trpc.bankAccounts;
  const organisationId = organisation.id;
  const accounts = useQuery(calls.list.queryOptions({ organisationId }, { enabled: can("payouts.read") }));
  const enter = useMutation(calls.enter.mutationOptions());
  const confirm = useMutation(calls.confirm.mutationOptions());
  const reject = useMutation(calls.reject.mutationOptions());
  const withdraw = useMutation(calls.withdraw.mutationOptions());
  const disable = useMutation(calls.disable.mutationOptions());
  if (!can("payouts.read")) return null;
  return (
    <QueryView query={accounts} what="The bank accounts" skeleton={<SkeletonRows rows={2} columns={4} />}>
      {(rows) => (
        <AccountCard
          party={organisation.name}
          accounts={rows}
          calls={
            can("bank_accounts.manage")
              ? {
                  enter: (account) => enter.mutateAsync({ ...account, organisationId }),
                  confirm: (confirmationId, sha256) => confirm.mutateAsync({ confirmationId, sha256 }),
                  reject: (confirmationId, reason) => reject.mutateAsync({ confirmationId, reason }),
                  withdraw: (confirmationId) => withdraw.mutateAsync({ confirmationId }),
                  disable: (bankAccountId, reason) => disable.mutateAsync({ bankAccountId, reason }),
                }
              : null
          }
        />
      )}
    </QueryView>
  );
}
