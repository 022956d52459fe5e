import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { MerchantStatementsPage } from "@/components/statements/merchant-statements";

export const metadata = { title: "Statements" };

export default function StatementsPage() {
  return (
    <Suspense fallback={<PortalLoading shape="list" />}>
      <MerchantStatementsPage />
    </Suspense>
  );
}
