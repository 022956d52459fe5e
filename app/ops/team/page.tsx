import { OperatorTeamPage } from "@/components/operator/operator-team";
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
