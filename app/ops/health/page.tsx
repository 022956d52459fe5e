import { HealthPage } from "@/components/health/health-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Health" };

export default async function Health() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.health.read.queryOptions());
  return (
    <Hydrate>
      <HealthPage />
    </Hydrate>
  );
}
