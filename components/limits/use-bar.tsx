import { cn } from "@/components/ui/cn";

interface UseBarProps {
  /** Of one; above it, the limit is passed, as after it was lowered. */
  share: number;
  /** `limit`: coming near is a warning; `allowance`: using it up is what it is for. */
  of?: "limit" | "allowance";
  className?: string;
}

/** How much of a limit or an allowance is used. It is only drawn: the figures stand beside it. */
export function UseBar({ share, of = "limit", className }: UseBarProps) {
  return (
    <span
      aria-hidden
      className={cn("block h-1.5 w-full overflow-hidden rounded-full bg-neutral-soft", className)}
    >
      <span
        className={cn(
          "block h-full rounded-full",
          of === "allowance" || share < 0.8 ? "bg-accent" : share < 1 ? "bg-waiting" : "bg-loss",
        )}
        style={{ width: `${Math.min(1, share) * 100}%`, minWidth: share > 0 ? "3px" : 0 }}
      />
    </span>
  );
}
