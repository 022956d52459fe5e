import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { type ButtonSize, type ButtonVariant, buttonClass } from "@/components/ui/button-class";
import { cn } from "@/components/ui/cn";
import { Spinner } from "@/components/ui/spinner";

interface Look {
  /** One `primary` a view; `danger` only where something is lost. */
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: ReactNode;
  /** Key that does the same, shown at the end. */
  shortcut?: string;
}

export interface ButtonProps extends ComponentProps<"button">, Look {
  /** Shows a spinner and refuses further clicks; the width stays. */
  loading?: boolean;
}

export function Button({
  variant,
  size,
  icon,
  shortcut,
  loading = false,
  disabled,
  className,
  children,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled || loading}
      aria-busy={loading || undefined}
      className={buttonClass({ variant, size, className })}
    >
      {loading ? <Spinner /> : icon}
      {children}
      {shortcut ? <ShortcutHint>{shortcut}</ShortcutHint> : null}
    </button>
  );
}

export interface ButtonLinkProps extends ComponentProps<typeof Link>, Look {}

export function ButtonLink({ variant, size, icon, shortcut, className, children, ...rest }: ButtonLinkProps) {
  return (
    <Link {...rest} className={buttonClass({ variant, size, className })}>
      {icon}
      {children}
      {shortcut ? <ShortcutHint>{shortcut}</ShortcutHint> : null}
    </Link>
  );
}

/** A key inside a button takes the button's own colour, so that it reads on any variant. */
function ShortcutHint({ children }: { children: string }) {
  return (
    <kbd
      aria-hidden
      className={cn(
        "ml-0.5 inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-current/35 px-1 font-sans text-2xs",
      )}
    >
      {children}
    </kbd>
  );
}
