import { OperatorTeamPage } from "@/components/team/team-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Team" };

export default async function TeamPage() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.team.list.queryOptions());
  return (
    <Hydrate>
      <OperatorTeamPage />
    </Hydrate>
  );
}
