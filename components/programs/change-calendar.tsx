"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { CalendarFields, calendarOf } from "@/components/programs/calendar-fields";
import { momentWords } from "@/components/programs/calendar-words";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Select } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import { calendarSchema } from "@/server/identity/schema";
import type { ProgramCalendarView } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

interface ChangeCalendarProps {
  program: { id: string; name: string; timeZone: string };
  calendar: ProgramCalendarView;
  onClose: () => void;
}

/** Proposes another calendar from the end of a period on. */
export function ChangeCalendar({ program, calendar, onClose }: ChangeCalendarProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const propose = useMutation(trpc.calendar.propose.mutationOptions());
  const before = calendar.coming.at(-1)?.calendar ?? calendar.current;
  const [from, setFrom] = useState(calendar.ends[0] ?? "");
  const [facts, setFacts] = useState({
    every: before.every,
    day: String(before.day),
    cutOff: before.cutOff,
    delay: String(before.payoutDelayBusinessDays),
  });
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [refusal, setRefusal] = useState<string | null>(null);

  async function send() {
    setRefusal(null);
    const checked = calendarSchema.safeParse(calendarOf(facts));
    if (!checked.success) {
      setErrors(
        Object.fromEntries(
          checked.error.issues.map((issue) => [`calendar.${issue.path.join(".")}`, issue.message]),
        ),
      );
      return;
    }
    setErrors({});
    try {
      await propose.mutateAsync({ programId: program.id, from, calendar: checked.data });
      await queryClient.invalidateQueries();
      showToast({ title: "Proposed", description: "A second person has to confirm it now." });
      onClose();
    } catch (error) {
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was changed.");
    }
  }

  return (
    <FormDialog
      open
      onClose={onClose}
      size="lg"
      title="Change the calendar"
      description={`Periods of ${program.name} that have begun stay as they are. It holds when a second person has confirmed it before it begins.`}
      action="Propose it"
      pending={propose.isPending}
      onSubmit={() => void send()}
      refusal={refusal}
    >
      <Field label="From the end of the period" className="sm:col-span-2">
        <Select
          value={from}
          onValueChange={setFrom}
          options={calendar.ends.map((end) => ({ value: end, label: momentWords(end, program.timeZone) }))}
        />
      </Field>
      <CalendarFields
        facts={facts}
        onChange={(change) => setFacts((now) => ({ ...now, ...change }))}
        errors={errors}
        place={program.timeZone}
      />
    </FormDialog>
  );
}
