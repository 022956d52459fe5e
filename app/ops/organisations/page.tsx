import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OrganisationsPage } from "@/components/operator/organisations/organisations-page";

export const metadata = { title: "Organisations" };

export default function Organisations() {
  return (
    <Suspense fallback={<PortalLoading shape="list" />}>
      <OrganisationsPage />
    </Suspense>
  );
}
