"use client";

import { Check, ListFilter, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { SpanEditor } from "@/components/data-table/span-editor";
import type { TableFilter } from "@/components/data-table/types";
import type { TableState } from "@/components/data-table/use-table-state";
import { formatAmount } from "@/components/money/format-amount";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/components/ui/cn";
import { Popover } from "@/components/ui/popover";

const day = (iso: string) => {
  const date = new Date(`${iso}T12:00:00Z`);
  return Number.isNaN(date.getTime())
    ? iso
    : date.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
};

function span(values: readonly string[], show: (value: string) => string): string {
  const [from = "", to = ""] = values;
  if (from && to) return from === to ? show(from) : `${show(from)} to ${show(to)}`;
  return from ? `from ${show(from)}` : `until ${show(to)}`;
}

function describeFilter(filter: TableFilter, values: readonly string[]): string {
  if (filter.kind === "amount")
    return span(values, (value) => formatAmount(value, { currency: filter.currency }));
  if (filter.kind === "dates") return span(values, day);
  if (filter.kind === "text") return values[0] ?? "";
  const names = values.map(
    (value) => filter.options.find((option) => option.value === value)?.label ?? value,
  );
  return names.length > 2 ? `${names.length} chosen` : names.join(", ");
}

export function FilterChips({ state, children }: { state: TableState; children?: ReactNode }) {
  return (
    <>
      {state.filterDefs.map((filter) => (
        <FilterChip
          key={filter.id}
          filter={filter}
          values={state.filters[filter.id] ?? null}
          onChange={(values) => state.setFilter(filter.id, values)}
        />
      ))}
      {state.filtered ? (
        <Button variant="ghost" size="sm" onClick={state.clearFilters}>
          Clear
        </Button>
      ) : null}
      {state.filtered ? children : null}
    </>
  );
}

interface ChipProps {
  filter: TableFilter;
  values: readonly string[] | null;
  onChange: (values: readonly string[] | null) => void;
}

function FilterChip({ filter, values, onChange }: ChipProps) {
  const [open, setOpen] = useState(false);
  const set = values !== null;
  return (
    <span className="inline-flex items-center">
      <Popover
        open={open}
        onOpenChange={setOpen}
        label={`Filter by ${filter.label.toLowerCase()}`}
        className={cn(filter.kind === "choice" && "w-56 p-1", filter.kind === "dates" && "w-auto")}
        trigger={
          <button
            type="button"
            className={buttonClass({
              size: "sm",
              className: cn(
                "font-normal text-muted",
                set && "rounded-r-none border-accent-line bg-accent-soft text-accent hover:bg-accent-soft",
              ),
            })}
          >
            {filter.icon ?? <ListFilter aria-hidden />}
            <span>
              {filter.label}:{" "}
              <span className={cn(set && "font-medium")}>{set ? describeFilter(filter, values) : "all"}</span>
            </span>
          </button>
        }
      >
        <FilterEditor
          filter={filter}
          values={values ?? []}
          onChange={onChange}
          onClose={() => setOpen(false)}
        />
      </Popover>
      {set ? (
        <button
          type="button"
          aria-label={`Clear ${filter.label}`}
          onClick={() => onChange(null)}
          className="flex h-7 w-6 items-center justify-center rounded-r-md border border-l-0 border-accent-line bg-accent-soft text-accent hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      ) : null}
    </span>
  );
}

function FilterEditor({
  filter,
  values,
  onChange,
  onClose,
}: Omit<ChipProps, "values"> & { values: readonly string[]; onClose: () => void }) {
  if (filter.kind === "choice") {
    if (filter.multiple) {
      return (
        <div className="grid">
          {filter.options.map((option) => (
            <Checkbox
              key={option.value}
              className="min-h-8 items-center rounded-md px-2 py-1 hover:bg-hover"
              label={option.label}
              checked={values.includes(option.value)}
              onCheckedChange={(checked) =>
                onChange(
                  checked ? [...values, option.value] : values.filter((value) => value !== option.value),
                )
              }
            />
          ))}
        </div>
      );
    }
    return (
      <div className="grid">
        {[{ value: "", label: "All" }, ...filter.options].map((option) => {
          const checked = option.value === (values[0] ?? "");
          return (
            <button
              key={option.value}
              type="button"
              aria-pressed={checked}
              onClick={() => {
                onChange(option.value === "" ? null : [option.value]);
                onClose();
              }}
              className="flex min-h-8 items-center justify-between gap-2 rounded-md px-2 py-1 text-left text-sm hover:bg-hover"
            >
              {option.label}
              {checked ? <Check aria-hidden className="size-4 text-accent" /> : null}
            </button>
          );
        })}
      </div>
    );
  }
  return <SpanEditor filter={filter} values={values} onChange={onChange} onClose={onClose} />;
}
