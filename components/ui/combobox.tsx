"use client";

import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, ChevronDown } from "lucide-react";
import { cn } from "@/components/ui/cn";
import { controlClass } from "@/components/ui/input";
import { popupClass, popupItemClass } from "@/components/ui/popup-class";
import type { SelectOption } from "@/components/ui/select";

interface ComboboxProps {
  options: readonly SelectOption[];
  value: string | null;
  onValueChange: (value: string | null) => void;
  placeholder?: string;
  /** Said when nothing matches what was typed. */
  nothingFound?: string;
  "aria-label"?: string;
  disabled?: boolean;
  className?: string;
}

/** A select that is typed into: for lists longer than about ten. */
export function Combobox({
  options,
  value,
  onValueChange,
  placeholder = "Type to find…",
  nothingFound = "Nothing matches.",
  disabled,
  className,
  ...rest
}: ComboboxProps) {
  const selected = options.find((option) => option.value === value) ?? null;
  return (
    <Base.Root
      items={options}
      value={selected}
      onValueChange={(next) => onValueChange(next?.value ?? null)}
      itemToStringLabel={(option) => option.label}
      isItemEqualToValue={(a, b) => a.value === b.value}
      disabled={disabled}
    >
      <Base.InputGroup className={cn("relative", className)}>
        <Base.Input
          aria-label={rest["aria-label"]}
          placeholder={placeholder}
          className={cn(controlClass, "h-8 pl-2.5 pr-8")}
        />
        <Base.Trigger
          aria-label="Show all"
          className="absolute inset-y-0 right-1 flex w-7 items-center justify-center text-muted"
        >
          <ChevronDown aria-hidden className="size-3.5" />
        </Base.Trigger>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50">
          <Base.Popup className={cn(popupClass, "w-(--anchor-width) min-w-52")}>
            <Base.Empty className="px-2 py-1.5 text-sm text-muted empty:hidden">{nothingFound}</Base.Empty>
            <Base.List aria-label={placeholder}>
              {(option: SelectOption) => (
                <Base.Item key={option.value} value={option} className={popupItemClass}>
                  {option.icon}
                  <span className="min-w-0 flex-1 truncate">{option.label}</span>
                  {option.hint ? <span className="text-xs text-muted">{option.hint}</span> : null}
                  <Base.ItemIndicator>
                    <Check aria-hidden className="size-4 text-accent" />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
