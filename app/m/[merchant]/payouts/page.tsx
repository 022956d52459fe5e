import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { MerchantPayoutsPage } from "@/components/payouts/merchant-payouts";

export const metadata = { title: "Payouts" };

export default function PayoutsPage() {
  return (
    <Suspense fallback={<PortalLoading shape="list" />}>
      <MerchantPayoutsPage />
    </Suspense>
  );
}
