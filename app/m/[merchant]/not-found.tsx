import { PortalNotFound } from "@/components/frame/portal-not-found";

export default function NotFound() {
  return (
    <PortalNotFound>
      The link may be old, or it belongs to an organisation that you are not a member of.
    </PortalNotFound>
  );
}
