import { cn } from "@/components/ui/cn";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger" | "danger-quiet";
export type ButtonSize = "sm" | "md" | "lg";

const BASE =
  "inline-flex shrink-0 items-center justify-center whitespace-nowrap rounded-md font-medium select-none transition-colors disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 [&_svg]:shrink-0";

const VARIANTS: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  secondary:
    "border border-line bg-panel text-ink hover:border-line-strong hover:bg-hover data-popup-open:bg-hover",
  ghost: "text-muted hover:bg-hover hover:text-ink data-popup-open:bg-hover data-popup-open:text-ink",
  danger: "bg-loss text-white hover:brightness-95 dark:text-[#2b0704]",
  "danger-quiet": "border border-line bg-panel text-loss hover:border-loss/40 hover:bg-loss-soft",
};

const SIZES: Record<ButtonSize, string> = {
  sm: "h-7 gap-1.5 px-2.5 text-xs [&_svg]:size-3.5",
  md: "h-8 gap-2 px-3 text-sm [&_svg]:size-4",
  lg: "h-10 gap-2 px-4 text-base [&_svg]:size-4",
};

const SQUARE: Record<ButtonSize, string> = { sm: "w-7 px-0", md: "w-8 px-0", lg: "w-10 px-0" };

/** The look of a button, for elements that are not `Button`: links, menu triggers. */
export function buttonClass(
  options: { variant?: ButtonVariant; size?: ButtonSize; square?: boolean; className?: string } = {},
): string {
  const { variant = "secondary", size = "md", square = false, className } = options;
  return cn(BASE, VARIANTS[variant], SIZES[size], square && SQUARE[size], className);
}
