import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AgencyStatementsPage } from "@/components/statements/agency-statements";

export const metadata = { title: "Statements" };

export default function StatementsPage() {
  return (
    <Suspense fallback={<PortalLoading shape="list" />}>
      <AgencyStatementsPage />
    </Suspense>
  );
}
