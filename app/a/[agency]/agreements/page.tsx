import { Suspense } from "react";
import { AgencyAgreementsPage } from "@/components/agreements/agency-agreements";
import { PortalLoading } from "@/components/frame/portal-loading";

export const metadata = { title: "Agreements" };

export default function AgreementsPage() {
  return (
    <Suspense fallback={<PortalLoading shape="list" />}>
      <AgencyAgreementsPage />
    </Suspense>
  );
}
