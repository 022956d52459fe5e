import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AuditPage } from "@/components/operator/audit/audit-page";

export const metadata = { title: "Audit log" };

export default function Audit() {
  return (
    <Suspense fallback={<PortalLoading shape="list" />}>
      <AuditPage />
    </Suspense>
  );
}
