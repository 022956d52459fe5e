import type { Metadata } from "next";
import { AccountPage } from "@/components/auth/account-page";
import { AccountTrpcProvider } from "@/server/trpc/client";
import { accountApi } from "@/server/trpc/prefetch";
import { requireSession } from "@/server/trpc/session";

export const metadata: Metadata = { title: "Account and sessions" };

export default async function Account() {
  await requireSession("/account");
  const { trpc, prefetch, Hydrate } = await accountApi();
  await prefetch(
    trpc.account.me.queryOptions(),
    trpc.account.memberships.queryOptions(),
    trpc.account.sessions.queryOptions(),
  );
  return (
    <AccountTrpcProvider>
      <Hydrate>
        <AccountPage />
      </Hydrate>
    </AccountTrpcProvider>
  );
}
