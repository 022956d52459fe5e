import { cn } from "@/components/ui/cn";

export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s@._-]+/)
    .filter(Boolean);
  const first = words[0]?.charAt(0) ?? "?";
  const second = words.length > 1 ? (words[words.length - 1]?.charAt(0) ?? "") : "";
  return (first + second).toUpperCase();
}

interface AvatarProps {
  name: string;
  size?: "sm" | "md";
  className?: string;
}

/** The initials of a person; their name stands beside it or in the label of what holds it. */
export function Avatar({ name, size = "md", className }: AvatarProps) {
  return (
    <span
      aria-hidden
      className={cn(
        "inline-flex shrink-0 items-center justify-center rounded-full border border-line bg-panel font-medium text-muted",
        size === "sm" ? "size-5 text-[9px]" : "size-8 text-xs",
        className,
      )}
    >
      {initialsOf(name)}
    </span>
  );
}
