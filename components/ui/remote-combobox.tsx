"use client";

import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, ChevronDown } from "lucide-react";
import { useState } from "react";
import { cn } from "@/components/ui/cn";
import { controlClass } from "@/components/ui/input";
import { popupClass, popupItemClass } from "@/components/ui/popup-class";
import type { SelectOption } from "@/components/ui/select";
import { Spinner } from "@/components/ui/spinner";

interface RemoteComboboxProps {
  /** What the server found for the text that was last asked for. */
  options: readonly SelectOption[];
  value: SelectOption | null;
  onValueChange: (value: SelectOption | null) => void;
  /** Called with what is typed, trimmed; not with the label of what was chosen. */
  onSearch: (text: string) => void;
  busy?: boolean;
  placeholder?: string;
  /** Said when nothing matches what was typed. */
  nothingFound?: string;
  "aria-label"?: string;
}

/** A combobox whose options are found by the server while one types. */
export function RemoteCombobox({
  options,
  value,
  onValueChange,
  onSearch,
  busy,
  placeholder = "Type to find…",
  nothingFound = "Nothing matches.",
  ...rest
}: RemoteComboboxProps) {
  const [typed, setTyped] = useState(value?.label ?? "");
  return (
    <Base.Root
      items={options}
      filter={null}
      value={value}
      onValueChange={onValueChange}
      inputValue={typed}
      onInputValueChange={(text) => {
        setTyped(text);
        onSearch(text === value?.label ? "" : text.trim());
      }}
      itemToStringLabel={(option) => option.label}
      isItemEqualToValue={(a, b) => a.value === b.value}
    >
      <Base.InputGroup className="relative">
        <Base.Input
          aria-label={rest["aria-label"]}
          placeholder={placeholder}
          className={cn(controlClass, "h-8 pl-2.5 pr-8")}
        />
        <Base.Trigger
          aria-label="Show what is found"
          className="absolute inset-y-0 right-1 flex w-7 items-center justify-center text-muted"
        >
          {busy ? <Spinner className="size-3.5" /> : <ChevronDown aria-hidden className="size-3.5" />}
        </Base.Trigger>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50">
          <Base.Popup className={cn(popupClass, "w-(--anchor-width) min-w-52")}>
            <Base.Empty className="px-2 py-1.5 text-sm text-muted empty:hidden">
              {busy ? "Looking…" : nothingFound}
            </Base.Empty>
            <Base.List aria-label={placeholder}>
              {(option: SelectOption) => (
                <Base.Item key={option.value} value={option} className={popupItemClass}>
                  <span className="min-w-0 flex-1 truncate">{option.label}</span>
                  {option.hint ? (
                    <span className="max-w-[50%] truncate text-xs text-muted">{option.hint}</span>
                  ) : null}
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
