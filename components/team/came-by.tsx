import { Badge } from "@/components/ui/badge";

/** Marks people whose mailbox no link has proven. */
export function CameBy({ member }: { member: { cameBy: string | null } }) {
  if (member.cameBy === "founding") {
    return (
      <Badge className="ml-2" title="Came in by a founding link">
        Founder
      </Badge>
    );
  }
  if (member.cameBy && member.cameBy !== "mail") {
    return (
      <Badge
        className="ml-2"
        tone="waiting"
        title="Let in by two people who know them; no mail has proven the address"
      >
        Unverified
      </Badge>
    );
  }
  return null;
}
