"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

/** The date alone, as a calendar has it: no zone moves it. */
const dayWords = (day: string) =>
  new Date(`${day}T12:00:00Z`).toLocaleDateString("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });

/** Days on which nothing is paid out, kept by whoever manages programs. */
export function HolidaysCard({ programId }: { programId: string }) {
  const trpc = useOperatorTrpc();
  const { can } = usePortal();
  const queryClient = useQueryClient();
  const holidays = useQuery(trpc.calendar.holidays.queryOptions({ programId }));
  const onSuccess = () => queryClient.invalidateQueries();
  const add = useMutation(trpc.calendar.addHoliday.mutationOptions({ onSuccess }));
  const remove = useMutation(trpc.calendar.removeHoliday.mutationOptions({ onSuccess }));
  const [day, setDay] = useState("");
  const [name, setName] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const manages = can("programs.manage");
  const refuse = (error: unknown) =>
    setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was changed.");

  async function send(event: FormEvent) {
    event.preventDefault();
    if (!day || !name.trim()) return setRefusal("Give the day and what it is called.");
    setRefusal(null);
    try {
      await add.mutateAsync({ programId, day, name: name.trim() });
      setDay("");
      setName("");
    } catch (error) {
      refuse(error);
    }
  }

  return (
    <Card title="When do the banks rest?" hint="Beside Saturdays and Sundays" flush>
      <ul className="divide-y divide-line-soft border-t border-line-soft">
        {holidays.data?.length === 0 ? (
          <li className="px-4 py-2.5 text-sm text-muted">
            No holiday ahead. Payouts fall due on working days.
          </li>
        ) : null}
        {holidays.data?.map((holiday) => (
          <li key={holiday.id} className="flex items-center gap-3 px-4 py-2 text-sm">
            <span className="min-w-0 flex-1 truncate">{holiday.name}</span>
            <span className="tabular shrink-0 text-muted">{dayWords(holiday.day)}</span>
            {manages ? (
              <IconButton
                label={`Remove ${holiday.name}`}
                icon={<Trash2 />}
                size="sm"
                onClick={() => {
                  setRefusal(null);
                  remove.mutate({ holidayId: holiday.id }, { onError: refuse });
                }}
              />
            ) : null}
          </li>
        ))}
      </ul>
      {manages ? (
        <form onSubmit={send} className="flex flex-wrap items-end gap-3 border-t border-line-soft px-4 py-3">
          <Field label="Day">
            <Input
              value={day}
              placeholder="2026-12-25"
              maxLength={10}
              className="w-32"
              onChange={(event) => setDay(event.currentTarget.value)}
            />
          </Field>
          <div className="min-w-40 flex-1">
            <Field label="Name">
              <Input value={name} maxLength={80} onChange={(event) => setName(event.currentTarget.value)} />
            </Field>
          </div>
          <Button type="submit" icon={<Plus />} disabled={add.isPending}>
            Add
          </Button>
          {refusal ? <p className="basis-full text-sm text-loss">{refusal}</p> : null}
        </form>
      ) : null}
    </Card>
  );
}
