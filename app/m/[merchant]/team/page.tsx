import { MerchantTeamPage } from "@/components/team/team-page";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Team" };

export default async function TeamPage({ params }: { params: Promise<{ merchant: string }> }) {
  const { trpc, prefetch, Hydrate } = await merchantApi((await params).merchant);
  await prefetch(trpc.team.list.queryOptions());
  return (
    <Hydrate>
      <MerchantTeamPage />
    </Hydrate>
  );
}
