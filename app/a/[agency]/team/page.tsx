import { AgencyTeamPage } from "@/components/team/team-page";
import { agencyApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Team" };

export default async function TeamPage({ params }: { params: Promise<{ agency: string }> }) {
  const { trpc, prefetch, Hydrate } = await agencyApi((await params).agency);
  await prefetch(trpc.team.list.queryOptions());
  return (
    <Hydrate>
      <AgencyTeamPage />
    </Hydrate>
  );
}
