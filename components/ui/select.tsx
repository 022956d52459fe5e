"use client";

import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { buttonClass } from "@/components/ui/button-class";
import { cn } from "@/components/ui/cn";
import { controlClass } from "@/components/ui/input";
import { popupClass, popupItemClass } from "@/components/ui/popup-class";

export interface SelectOption<V extends string = string> {
  value: V;
  label: string;
  hint?: ReactNode;
  icon?: ReactNode;
  disabled?: boolean;
}

interface SelectProps<V extends string> {
  options: readonly SelectOption<V>[];
  value: V | null;
  onValueChange: (value: V) => void;
  placeholder?: string;
  /** Needed when no `Field` gives it a label. */
  "aria-label"?: string;
  name?: string;
  disabled?: boolean;
  size?: "sm" | "md" | "lg";
  /** `button` for page headers ("Last 30 days"), `control` for forms. */
  look?: "control" | "button";
  /** Shown before the value, as in "Program: …". */
  prefix?: ReactNode;
  className?: string;
}

const HEIGHTS = { sm: "h-7 text-xs", md: "h-8", lg: "h-10 text-base" };

export function Select<V extends string>(props: SelectProps<V>) {
  const {
    options,
    value,
    onValueChange,
    placeholder = "Choose…",
    size = "md",
    look = "control",
    prefix,
  } = props;
  const items = options.map(({ value: item, label }) => ({ value: item, label }));
  return (
    <Base.Root
      items={items}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onValueChange(next);
      }}
      name={props.name}
      disabled={props.disabled}
    >
      <Base.Trigger
        aria-label={props["aria-label"]}
        className={cn(
          look === "button"
            ? buttonClass({ size, className: "min-w-0 max-w-full font-normal text-ink" })
            : cn(
                controlClass,
                HEIGHTS[size],
                "flex min-w-0 items-center justify-between gap-2 px-2.5 text-left",
              ),
          props.className,
        )}
      >
        <span className="flex min-w-0 items-center gap-1.5 [&>:last-child]:truncate">
          {prefix ? <span className="text-muted">{prefix}</span> : null}
          <Base.Value placeholder={<span className="text-faint">{placeholder}</span>} />
        </span>
        <Base.Icon render={<ChevronDown aria-hidden className="size-3.5! shrink-0 text-muted" />} />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className={cn(popupClass, "min-w-(--anchor-width)")}>
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled}
                  className={cn(popupItemClass, "pr-8")}
                >
                  {option.icon}
                  <span className="min-w-0 flex-1">
                    <Base.ItemText className="block">{option.label}</Base.ItemText>
                    {option.hint ? <span className="block text-xs text-muted">{option.hint}</span> : null}
                  </span>
                  <Base.ItemIndicator className="absolute right-3 text-accent">
                    <Check aria-hidden className="size-4" />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
