import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AgencyRemittancesPage } from "@/components/payouts/agency-remittances";

export const metadata = { title: "Remittances" };

export default function RemittancesPage() {
  return (
    <Suspense fallback={<PortalLoading shape="list" />}>
      <AgencyRemittancesPage />
    </Suspense>
  );
}
