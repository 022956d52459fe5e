"use client";

import { Switch as Base } from "@base-ui/react/switch";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface SwitchProps {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  disabled?: boolean;
  /** Text before it; without it give `aria-label`. */
  label?: ReactNode;
  hint?: ReactNode;
  "aria-label"?: string;
  className?: string;
}

/** Something that takes effect at once; a choice that is saved later is a `Checkbox`. */
export function Switch({ checked, onCheckedChange, label, hint, className, ...rest }: SwitchProps) {
  const control = (
    <Base.Root
      {...rest}
      checked={checked}
      onCheckedChange={(next) => onCheckedChange(next)}
      className="flex h-[18px] w-8 shrink-0 items-center rounded-full bg-control p-0.5 transition-colors data-checked:bg-accent data-disabled:opacity-55"
    >
      <Base.Thumb className="size-3.5 rounded-full bg-panel transition-transform data-checked:translate-x-3.5" />
    </Base.Root>
  );
  if (!label) return control;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the switch inside is the control.
    <label className={cn("flex cursor-pointer items-start justify-between gap-4 text-sm", className)}>
      <span>
        <span className="block font-medium">{label}</span>
        {hint ? <span className="block text-xs text-muted">{hint}</span> : null}
      </span>
      <span className="flex h-5 items-center">{control}</span>
    </label>
  );
}
