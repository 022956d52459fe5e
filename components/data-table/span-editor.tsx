"use client";

import dynamic from "next/dynamic";
import { type FormEvent, useState } from "react";
import type { TableFilter } from "@/components/data-table/types";
import { inOrder, readAmount } from "@/components/money/read-amount";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";

// A calendar is wanted seldom; it comes when a filter by day is opened.
const DayRange = dynamic(() => import("@/components/time/day-range").then((module) => module.DayRange), {
  ssr: false,
  loading: () => <Skeleton className="h-64 w-80" />,
});

interface SpanEditorProps {
  filter: TableFilter;
  values: readonly string[];
  onChange: (values: readonly string[] | null) => void;
  onClose: () => void;
}

/** Edits a filter of a span or of a text, and applies it when it is sound. */
export function SpanEditor(props: SpanEditorProps) {
  if (props.filter.kind === "dates") return <DaysEditor {...props} />;
  if (props.filter.kind === "amount") return <AmountsEditor {...props} currency={props.filter.currency} />;
  return <TextEditor {...props} />;
}

function DaysEditor({ values, onChange, onClose }: SpanEditorProps) {
  const [[from, to], setDays] = useState<[string, string]>([values[0] ?? "", values[1] ?? ""]);
  return (
    <div className="grid gap-3">
      <DayRange from={from} to={to} onChange={(first, last) => setDays([first, last])} />
      <Button
        variant="primary"
        size="sm"
        disabled={from === "" && to === ""}
        onClick={() => {
          onChange(inOrder(from, to, (a, b) => a.localeCompare(b)));
          onClose();
        }}
      >
        Apply
      </Button>
    </div>
  );
}

function AmountsEditor({ values, onChange, onClose, currency }: SpanEditorProps & { currency?: string }) {
  const [texts, setTexts] = useState<[string, string]>([values[0] ?? "", values[1] ?? ""]);
  const read = texts.map((text) => (text.trim() === "" ? "" : readAmount(text)));
  const [asked, setAsked] = useState(false);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setAsked(true);
    const [least = null, most = null] = read;
    if (least === null || most === null) return;
    onChange(inOrder(least, most, (a, b) => Number(a) - Number(b)));
    onClose();
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
      {(["At least", "At most"] as const).map((label, index) => (
        <Field
          key={label}
          label={label}
          error={asked && read[index] === null ? "An amount such as 12.50 or 12,50." : undefined}
        >
          <Input
            inputMode="decimal"
            suffix={currency}
            value={texts[index] ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setTexts((before) => (index === 0 ? [value, before[1]] : [before[0], value]));
            }}
          />
        </Field>
      ))}
      <Button type="submit" variant="primary" size="sm">
        Apply
      </Button>
    </form>
  );
}

function TextEditor({ filter, values, onChange, onClose }: SpanEditorProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onChange([String(new FormData(event.currentTarget).get("text") ?? "").trim()]);
    onClose();
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
      <Field label={filter.label}>
        <Input
          name="text"
          defaultValue={values[0] ?? ""}
          placeholder={filter.kind === "text" ? filter.placeholder : undefined}
        />
      </Field>
      <Button type="submit" variant="primary" size="sm">
        Apply
      </Button>
    </form>
  );
}
