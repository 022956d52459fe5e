"use client";

import { CirclePause, Radio, RefreshCw } from "lucide-react";
import { RelativeTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";

interface LivePillProps {
  /** Of the subscription. */
  status: "idle" | "connecting" | "pending" | "error";
  /** Business time of the newest figures. */
  asOf: string;
  /** Since when the worker has been silent, so that the figures stand still; null while it works. */
  staleSince: string | null;
}

/** Whether the figures of the page move by themselves, and how old they are. */
export function LivePill({ status, asOf, staleSince }: LivePillProps) {
  if (status === "pending" && staleSince) {
    // A worker that was never heard of has no moment to name.
    const known = Date.parse(staleSince) > 0;
    return (
      <Badge tone="waiting" icon={<CirclePause aria-hidden />}>
        Stale{known ? ", last moved " : ""}
        {known ? <RelativeTime at={staleSince} /> : null}
      </Badge>
    );
  }
  if (status === "error") {
    return (
      <Badge tone="waiting" icon={<RefreshCw aria-hidden />}>
        Not live, <RelativeTime at={asOf} />
      </Badge>
    );
  }
  return (
    <Badge tone={status === "pending" ? "accent" : "neutral"} icon={<Radio aria-hidden />}>
      {status === "pending" ? "Live" : "Connecting"}
    </Badge>
  );
}
