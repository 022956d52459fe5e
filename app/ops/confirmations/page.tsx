import { ConfirmationsPage } from "@/components/confirmations/confirmations-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Second person" };

export default async function Page() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.confirmations.list.queryOptions());
  return (
    <Hydrate>
      <ConfirmationsPage />
    </Hydrate>
  );
}
