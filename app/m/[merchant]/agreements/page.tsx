import { Suspense } from "react";
import { MerchantAgreementsPage } from "@/components/agreements/merchant-agreements";
import { PortalLoading } from "@/components/frame/portal-loading";

export const metadata = { title: "Agreements" };

export default function AgreementsPage() {
  return (
    <Suspense fallback={<PortalLoading shape="list" />}>
      <MerchantAgreementsPage />
    </Suspense>
  );
}
