"use client";

import { Checkbox as Base } from "@base-ui/react/checkbox";
import { Check, Minus } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface CheckboxProps {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  indeterminate?: boolean;
  disabled?: boolean;
  /** Text beside it; without it give `aria-label`. */
  label?: ReactNode;
  hint?: ReactNode;
  "aria-label"?: string;
  name?: string;
  className?: string;
}

export function Checkbox({
  checked,
  onCheckedChange,
  indeterminate,
  label,
  hint,
  className,
  ...rest
}: CheckboxProps) {
  const box = (
    <Base.Root
      {...rest}
      checked={checked}
      indeterminate={indeterminate}
      onCheckedChange={(next) => onCheckedChange(next)}
      className={cn(
        "flex size-4 shrink-0 items-center justify-center rounded-[4px] border border-control bg-panel text-on-accent transition-colors data-checked:border-accent data-checked:bg-accent data-disabled:opacity-55 data-indeterminate:border-accent data-indeterminate:bg-accent",
        !label && className,
      )}
    >
      <Base.Indicator className="flex" keepMounted={false}>
        {indeterminate ? (
          <Minus className="size-3" strokeWidth={3} />
        ) : (
          <Check className="size-3" strokeWidth={3} />
        )}
      </Base.Indicator>
    </Base.Root>
  );
  if (!label) return box;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the box inside is the control.
    <label className={cn("flex cursor-pointer items-start gap-2 text-sm", className)}>
      <span className="flex h-5 items-center">{box}</span>
      <span>
        <span className="block">{label}</span>
        {hint ? <span className="block text-xs text-muted">{hint}</span> : null}
      </span>
    </label>
  );
}
