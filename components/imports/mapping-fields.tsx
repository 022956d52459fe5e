"use client";

import type { ReactNode } from "react";
import type { ImportPreview, TableMapping } from "@/components/imports/import-words";
import { FORMS, KINDS, NONE, REPEATS, SIGNS, UNITS } from "@/components/imports/mapping-choices";
import { ZoneTable } from "@/components/imports/zone-table";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import type { Currency } from "@/server/platform/money";

interface MappingFieldsProps {
  preview: ImportPreview;
  currency: Currency;
  terms: TableMapping;
  onChange: (part: Partial<TableMapping>) => void;
}

/** What each column of a table means. */
export function MappingFields({ preview, currency, terms, onChange }: MappingFieldsProps) {
  const columns = preview.header.filter((each) => each !== "").map((each) => ({ value: each, label: each }));
  const optional = [{ value: NONE, label: "None" }, ...columns];
  const { id, time, amount, means, place, device, refunds } = terms;
  const isComposed = id.columns.length > 1;
  const marks = refunds.column ? (preview.values[refunds.column] ?? []) : [];
  return (
    <>
      <Part title="Which line is which">
        <Field label="Id">
          <Select
            value={isComposed ? NONE : (id.columns[0] ?? NONE)}
            options={[{ value: NONE, label: "Composed of several" }, ...columns]}
            onValueChange={(value) =>
              onChange({ id: { ...id, columns: value === NONE ? composedOf(terms) : [value] } })
            }
          />
        </Field>
        {isComposed ? (
          <>
            <Field label="A second line with the same id is">
              <Select
                value={id.repeats}
                options={REPEATS}
                onValueChange={(repeats) => onChange({ id: { ...id, repeats } })}
              />
            </Field>
            <Marks
              label="Composed of"
              values={preview.header.filter((each) => each !== "")}
              chosen={id.columns}
              // A key of one column is that column.
              onChange={(next) => next.length > 1 && onChange({ id: { ...id, columns: next } })}
            />
          </>
        ) : null}
      </Part>
      <Part title="When it was paid">
        <Field label="Time" hint="In the program's time zone, unless it says another">
          <Select
            value={time.column}
            options={columns}
            onValueChange={(column) => onChange({ time: { ...time, column } })}
          />
        </Field>
        <Field label="Time of day" hint="If it stands in a column of its own">
          <Select
            value={time.clockColumn ?? NONE}
            options={optional}
            onValueChange={(column) => {
              const { clockColumn: _, ...rest } = time;
              onChange({ time: column === NONE ? rest : { ...rest, clockColumn: column } });
            }}
          />
        </Field>
        <Field label="Order of the date">
          <Select
            value={time.form}
            options={FORMS}
            onValueChange={(form) => onChange({ time: { ...time, form } })}
          />
        </Field>
      </Part>
      <Part title="How much">
        <Field label="Amount">
          <Select
            value={amount.column}
            options={columns}
            onValueChange={(column) => onChange({ amount: { ...amount, column } })}
          />
        </Field>
        <Field label="Amounts are in">
          <Select
            value={amount.unit}
            options={UNITS}
            onValueChange={(unit) => onChange({ amount: { ...amount, unit } })}
          />
        </Field>
        <Field label="Decimal sign">
          <Select
            value={amount.decimal}
            options={SIGNS}
            onValueChange={(decimal) => onChange({ amount: { ...amount, decimal } })}
          />
        </Field>
        <Field label="Currency">
          <Select
            value={"column" in terms.currency ? terms.currency.column : NONE}
            options={[{ value: NONE, label: `All in ${currency}` }, ...columns]}
            onValueChange={(column) =>
              onChange({ currency: column === NONE ? { fixed: currency } : { column } })
            }
          />
        </Field>
        <Field label="Means of payment">
          <Select
            value={means.column ?? NONE}
            options={optional}
            onValueChange={(column) => onChange({ means: column === NONE ? {} : { column } })}
          />
        </Field>
      </Part>
      <Part title="Where, and by what">
        <Field label="Device" hint="By its id at the source, as the registry has it, or its name">
          <Select
            value={device.column ?? NONE}
            options={optional}
            onValueChange={(column) =>
              onChange({ device: { kind: device.kind, ...(column === NONE ? {} : { column }) } })
            }
          />
        </Field>
        <Field label="Kind of device" hint="Of devices that the registry does not know">
          <Select
            value={device.kind}
            options={KINDS}
            onValueChange={(kind) => onChange({ device: { ...device, kind } })}
          />
        </Field>
        <Field label="Place">
          <Select
            value={place.column ?? NONE}
            options={optional}
            onValueChange={(column) =>
              onChange({ place: { zones: place.zones, ...(column === NONE ? {} : { column }) } })
            }
          />
        </Field>
        {place.column ? (
          <div className="grid gap-1.5 sm:col-span-2">
            <span className="text-sm font-medium">Zones of the places</span>
            <ZoneTable
              places={preview.values[place.column] ?? []}
              zones={preview.zones}
              value={place.zones}
              onChange={(zones) => onChange({ place: { ...place, zones } })}
            />
          </div>
        ) : null}
      </Part>
      <Part title="What gives money back">
        <Field label="Refunds are marked in" hint="Amounts below zero are refunds without a mark">
          <Select
            value={refunds.column ?? NONE}
            options={optional}
            onValueChange={(column) => {
              const { column: _, ...rest } = refunds;
              onChange({ refunds: { ...rest, values: [], ...(column === NONE ? {} : { column }) } });
            }}
          />
        </Field>
        <Field label="Refunds name their payment in">
          <Select
            value={refunds.referenceColumn ?? NONE}
            options={optional}
            onValueChange={(column) => {
              const { referenceColumn: _, ...rest } = refunds;
              onChange({ refunds: column === NONE ? rest : { ...rest, referenceColumn: column } });
            }}
          />
        </Field>
        {refunds.column ? (
          <Marks
            label="It is a refund where it says"
            values={[...new Set([...refunds.values, ...marks])].slice(0, 20)}
            chosen={refunds.values}
            onChange={(values) => onChange({ refunds: { ...refunds, values } })}
            nothing="This column differs in every line, so it marks nothing."
          />
        ) : null}
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="grid min-w-0 gap-4 border-t border-line-soft pt-4 first:border-0 first:pt-0 sm:col-span-2 sm:grid-cols-2">
      <legend className="sr-only">{title}</legend>
      <p aria-hidden className="text-sm font-semibold sm:col-span-2">
        {title}
      </p>
      {children}
    </fieldset>
  );
}

function Marks({
  label,
  values,
  chosen,
  onChange,
  nothing,
}: {
  label: string;
  values: readonly string[];
  chosen: readonly string[];
  onChange: (values: string[]) => void;
  nothing?: string;
}) {
  return (
    <fieldset className="sm:col-span-2">
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      {values.length === 0 ? <p className="text-xs text-muted">{nothing}</p> : null}
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        {values.map((value) => (
          <Checkbox
            key={value}
            label={value}
            checked={chosen.includes(value)}
            onCheckedChange={(checked) =>
              onChange(checked ? [...chosen, value] : chosen.filter((each) => each !== value))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

/** A line without an id is told by its device, place, time and amount together. */
function composedOf({ device, place, time, amount }: TableMapping): string[] {
  const parts = [device.column, place.column, time.column, amount.column];
  return [...new Set(parts.filter((part) => part !== undefined))];
}
