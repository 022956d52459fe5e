import { PortalNotFound } from "@/components/frame/portal-not-found";

export default function NotFound() {
  return <PortalNotFound>The link may be old, or there is nothing with this id.</PortalNotFound>;
}
