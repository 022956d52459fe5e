import type { Metadata } from "next";
import { OrganisationChoice } from "@/components/auth/organisation-choice";
import { listPlaces } from "@/server/trpc/entrance";
import { requireSession } from "@/server/trpc/session";

export const metadata: Metadata = { title: "Choose an organisation" };

export default async function OrganisationsPage() {
  const { user } = await requireSession("/organisations");
  return (
    <div className="page-gutter mx-auto grid w-full max-w-xl gap-5 py-10 sm:py-16">
      <div>
        <h1 className="text-2xl font-semibold tracking-[-0.015em]">Where to, {user.name.split(" ")[0]}?</h1>
        <p className="mt-1 text-sm text-muted">You can switch at any time in the sidebar.</p>
      </div>
      <OrganisationChoice memberships={await listPlaces()} />
    </div>
  );
}
