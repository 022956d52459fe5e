"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { TableMapping } from "@/components/imports/import-words";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

interface MappingDialogProps {
  /** The columns of the file. */
  header: readonly string[];
  /** What the columns look like. */
  suggestion: TableMapping;
  currency: string;
  onSaved: (name: string) => void;
  onClose: () => void;
}

const NONE = "";
const KINDS = [
  { value: "parking_meter", label: "Parking meter" },
  { value: "ev_charger", label: "EV charger" },
  { value: "toll_gate", label: "Toll gate" },
  { value: "transit_validator", label: "Transit validator" },
  { value: "smart_meter", label: "Smart meter" },
  { value: "phone", label: "Phone" },
] as const;
const FORMS = [
  { value: "auto", label: "As it looks: year first, or month/day/year" },
  { value: "ymd", label: "Year, month, day" },
  { value: "mdy", label: "Month, day, year" },
  { value: "dmy", label: "Day, month, year" },
  { value: "unix", label: "Seconds since 1970" },
] as const;
const UNITS = [
  { value: "major", label: "Whole units, such as 1.25" },
  { value: "minor", label: "Smallest units, such as 125 cents" },
] as const;
const SIGNS = [
  { value: "auto", label: "As it looks" },
  { value: "point", label: "Point: 1,250.00" },
  { value: "comma", label: "Comma: 1.250,00" },
] as const;

/** How the columns of a source are read, saved by name for its next file. */
export function MappingDialog({ header, suggestion, currency, onSaved, onClose }: MappingDialogProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [terms, setTerms] = useState(suggestion);
  const [asked, setAsked] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const save = useMutation(trpc.imports.saveMapping.mutationOptions());
  const columns = header.filter((each) => each !== "").map((each) => ({ value: each, label: each }));
  const optional = [{ value: NONE, label: "None" }, ...columns];
  const change = (part: Partial<TableMapping>) => setTerms((before) => ({ ...before, ...part }));
  const fault = name.trim() === "" ? "Name the source, such as San Diego meters." : undefined;

  async function send() {
    setAsked(true);
    setRefusal(null);
    if (fault) return;
    try {
      await save.mutateAsync({ name: name.trim(), terms });
      await queryClient.invalidateQueries(trpc.imports.mappings.pathFilter());
      showToast({ title: `The mapping ${name.trim()} is saved`, tone: "arrived" });
      onSaved(name.trim());
    } catch (error) {
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was saved.");
    }
  }

  return (
    <FormDialog
      onClose={onClose}
      size="lg"
      title="Map the columns"
      description="What each column of this source means. It is kept by name for the next file."
      action="Save the mapping"
      pending={save.isPending}
      onSubmit={() => void send()}
      refusal={refusal}
    >
      <Field label="Name" error={asked ? fault : undefined} className="sm:col-span-2">
        <Input value={name} maxLength={80} onChange={(event) => setName(event.currentTarget.value)} />
      </Field>
      <Field
        label="Id"
        hint={terms.id.columns.length > 1 ? `Together: ${terms.id.columns.join(", ")}` : undefined}
      >
        <Select
          value={terms.id.columns.length > 1 ? NONE : (terms.id.columns[0] ?? NONE)}
          options={[{ value: NONE, label: "Composed of several" }, ...columns]}
          onValueChange={(value) =>
            change({
              id: { ...terms.id, columns: value === NONE ? composedOf(terms, suggestion) : [value] },
            })
          }
        />
      </Field>
      <Field label="Time">
        <Select
          value={terms.time.column}
          options={columns}
          onValueChange={(column) => change({ time: { ...terms.time, column } })}
        />
      </Field>
      <Field label="Form of the time" hint="In the program's time zone">
        <Select
          value={terms.time.form}
          options={FORMS}
          onValueChange={(form) => change({ time: { ...terms.time, form } })}
        />
      </Field>
      <Field label="Amount">
        <Select
          value={terms.amount.column}
          options={columns}
          onValueChange={(column) => change({ amount: { ...terms.amount, column } })}
        />
      </Field>
      <Field label="Amounts are in">
        <Select
          value={terms.amount.unit}
          options={UNITS}
          onValueChange={(unit) => change({ amount: { ...terms.amount, unit } })}
        />
      </Field>
      <Field label="Decimal sign">
        <Select
          value={terms.amount.decimal}
          options={SIGNS}
          onValueChange={(decimal) => change({ amount: { ...terms.amount, decimal } })}
        />
      </Field>
      <Field label="Currency">
        <Select
          value={"column" in terms.currency ? terms.currency.column : NONE}
          options={[{ value: NONE, label: `All in ${currency}` }, ...columns]}
          onValueChange={(column) =>
            change({ currency: column === NONE ? { fixed: currency as never } : { column } })
          }
        />
      </Field>
      <Field label="Means of payment">
        <Select
          value={terms.means.column ?? NONE}
          options={optional}
          onValueChange={(column) => change({ means: column === NONE ? {} : { column } })}
        />
      </Field>
      <Field label="Place">
        <Select
          value={terms.place.column ?? NONE}
          options={optional}
          onValueChange={(column) =>
            change({ place: { zones: terms.place.zones, ...(column === NONE ? {} : { column }) } })
          }
        />
      </Field>
      <Field label="Kind of device">
        <Select
          value={terms.device.kind}
          options={KINDS}
          onValueChange={(kind) => change({ device: { ...terms.device, kind } })}
        />
      </Field>
      <Field label="Refunds name their payment in" hint="Amounts below zero are refunds of it">
        <Select
          value={terms.refunds.referenceColumn ?? NONE}
          options={optional}
          onValueChange={(column) =>
            change({
              refunds: {
                values: terms.refunds.values,
                ...(column === NONE ? {} : { referenceColumn: column }),
              },
            })
          }
        />
      </Field>
    </FormDialog>
  );
}

/** A line without an id is told by its place, time and amount together. */
function composedOf(terms: TableMapping, suggestion: TableMapping): string[] {
  if (suggestion.id.columns.length > 1) return suggestion.id.columns;
  const parts = [terms.place.column, terms.time.column, terms.amount.column];
  return [...new Set(parts.filter((part) => part !== undefined))];
}
