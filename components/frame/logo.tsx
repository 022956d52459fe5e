import { cn } from "@/components/ui/cn";

/** Two coins that overlap: one purse, several owners. */
export function Logo({ className }: { className?: string }) {
  return (
    <span
      aria-hidden
      className={cn(
        "flex size-7 shrink-0 items-center justify-center rounded-lg bg-accent text-on-accent",
        className,
      )}
    >
      <svg
        aria-hidden="true"
        viewBox="0 0 20 20"
        className="size-[18px]"
        fill="none"
        stroke="currentColor"
        strokeWidth={1.6}
      >
        <circle cx="7.6" cy="8" r="4.6" />
        <circle cx="12.4" cy="12" r="4.6" />
      </svg>
    </span>
  );
}
