import { MerchantBankAccountsPage } from "@/components/bank-accounts/account-pages";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Bank accounts" };

export default async function BankAccountsPage({ params }: { params: Promise<{ merchant: string }> }) {
  const { trpc, prefetch, Hydrate } = await merchantApi((await params).merchant);
  await prefetch(trpc.bankAccounts.list.queryOptions());
  return (
    <Hydrate>
      <MerchantBankAccountsPage />
    </Hydrate>
  );
}
