"use client";

import { Radio, RefreshCw } from "lucide-react";
import { RelativeTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";

interface LivePillProps {
  /** Of the subscription. */
  status: "idle" | "connecting" | "pending" | "error";
  /** Business time of the newest figures. */
  asOf: string;
}

/** Whether the figures of the page move by themselves, and how old they are. */
export function LivePill({ status, asOf }: LivePillProps) {
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
