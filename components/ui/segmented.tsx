"use client";

import { Radio } from "@base-ui/react/radio";
import { RadioGroup } from "@base-ui/react/radio-group";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface SegmentedProps<V extends string> {
  label: string;
  value: V;
  onValueChange: (value: V) => void;
  options: readonly { value: V; label: ReactNode; icon?: ReactNode }[];
  size?: "sm" | "md";
  className?: string;
}

/** Two to five choices side by side. */
export function Segmented<V extends string>({
  label,
  value,
  onValueChange,
  options,
  size = "md",
  className,
}: SegmentedProps<V>) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen) onValueChange(chosen.value);
      }}
      className={cn(
        "inline-flex items-center gap-0.5 rounded-md border border-line bg-neutral-soft p-0.5",
        className,
      )}
    >
      {options.map((option) => (
        <Radio.Root
          key={option.value}
          value={option.value}
          className={cn(
            "inline-flex cursor-pointer items-center gap-1.5 rounded-[5px] border border-transparent text-muted transition-colors hover:text-ink data-checked:border-line data-checked:bg-panel data-checked:font-medium data-checked:text-ink [&_svg]:size-3.5",
            size === "sm" ? "h-6 px-2 text-xs" : "h-[26px] px-2.5 text-sm",
          )}
        >
          {option.icon}
          {option.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
