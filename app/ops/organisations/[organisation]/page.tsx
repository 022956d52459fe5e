import { OrganisationPage } from "@/components/operator/organisations/organisation-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Organisation" };

export default async function Organisation({ params }: { params: Promise<{ organisation: string }> }) {
  const { organisation } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(
    trpc.organisations.get.queryOptions({ organisationId: organisation }),
    trpc.organisations.members.queryOptions({ organisationId: organisation }),
  );
  return (
    <Hydrate>
      <OrganisationPage id={organisation} />
    </Hydrate>
  );
}
