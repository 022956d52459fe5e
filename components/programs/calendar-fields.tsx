import { periodWords, WEEKDAYS } from "@/components/programs/calendar-words";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { Calendar } from "@/server/identity/schema";

/** A calendar as it is typed. */
interface CalendarFacts {
  every: Calendar["every"];
  day: string;
  cutOff: string;
  delay: string;
}

export function calendarOf({ every, day, cutOff, delay }: CalendarFacts): Calendar {
  return {
    every,
    ...(every !== "day" && { day: Number(day) }),
    cutOff,
    payoutDelayBusinessDays: Number(delay),
  };
}

interface CalendarFieldsProps {
  facts: CalendarFacts;
  onChange: (change: Partial<CalendarFacts>) => void;
  /** By the path of what is wrong, such as "calendar.cutOff". */
  errors: Readonly<Record<string, string>>;
  /** The time zone in which the periods end. */
  place: string;
}

/** When periods end and how long after it money leaves, with the sentence that it makes. */
export function CalendarFields({ facts, onChange, errors, place }: CalendarFieldsProps) {
  return (
    <>
      <Field label="A period lasts">
        <Select
          value={facts.every}
          onValueChange={(every) =>
            onChange({ every: every === "week" || every === "month" ? every : "day" })
          }
          options={[
            { value: "day", label: "A day" },
            { value: "week", label: "A week" },
            { value: "month", label: "A month" },
          ]}
        />
      </Field>
      {facts.every === "week" ? (
        <Field label="It ends on" error={errors["calendar.day"]}>
          <Select
            value={facts.day}
            onValueChange={(day) => onChange({ day })}
            options={WEEKDAYS.map((label, index) => ({ value: String(index + 1), label }))}
          />
        </Field>
      ) : null}
      {facts.every === "month" ? (
        <Field label="It ends on day" error={errors["calendar.day"]} hint="1 to 28; 31 is the last">
          <Input
            inputMode="numeric"
            value={facts.day}
            onChange={(event) => onChange({ day: event.currentTarget.value })}
          />
        </Field>
      ) : null}
      <Field label="Cut-off" error={errors["calendar.cutOff"]} hint="Local time, such as 22:00">
        <Input value={facts.cutOff} onChange={(event) => onChange({ cutOff: event.currentTarget.value })} />
      </Field>
      <Field label="Paid out after" error={errors["calendar.payoutDelayBusinessDays"]} hint="Working days">
        <Input
          inputMode="numeric"
          value={facts.delay}
          onChange={(event) => onChange({ delay: event.currentTarget.value })}
        />
      </Field>
      <p className="text-sm text-muted sm:col-span-2">
        {periodWords(calendarOf(facts))}, {place.replaceAll("_", " ")} time.
      </p>
    </>
  );
}
