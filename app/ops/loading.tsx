import { PortalLoading } from "@/components/frame/portal-loading";

export default function Loading() {
  return <PortalLoading />;
}
