import { AgencyBankAccountsPage } from "@/components/bank-accounts/account-pages";
import { agencyApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Bank accounts" };

export default async function BankAccountsPage({ params }: { params: Promise<{ agency: string }> }) {
  const { trpc, prefetch, Hydrate } = await agencyApi((await params).agency);
  await prefetch(trpc.bankAccounts.list.queryOptions());
  return (
    <Hydrate>
      <AgencyBankAccountsPage />
    </Hydrate>
  );
}
