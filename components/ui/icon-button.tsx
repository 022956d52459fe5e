"use client";

import type { ComponentProps, ReactNode } from "react";
import { type ButtonSize, type ButtonVariant, buttonClass } from "@/components/ui/button-class";
import { Tooltip } from "@/components/ui/tooltip";

export interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  /** Its name, for screen readers and as the hint. */
  label: string;
  icon: ReactNode;
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Left out for buttons whose neighbourhood already says what they do. */
  hint?: boolean;
}

export function IconButton({
  label,
  icon,
  variant = "ghost",
  size = "md",
  hint = true,
  className,
  type = "button",
  ...rest
}: IconButtonProps) {
  const button = (
    <button
      {...rest}
      type={type}
      aria-label={label}
      className={buttonClass({ variant, size, square: true, className })}
    >
      {icon}
    </button>
  );
  return hint ? <Tooltip content={label}>{button}</Tooltip> : button;
}
