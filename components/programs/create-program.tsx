"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { CalendarFields, calendarOf } from "@/components/programs/calendar-fields";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import { createProgramSchema } from "@/server/identity/schema";
import { CURRENCIES } from "@/server/platform/money";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

const EMPTY = {
  name: "",
  slug: "",
  currency: "EUR",
  timeZone: "Europe/Oslo",
  every: "day" as "day" | "week" | "month",
  day: "1",
  cutOff: "22:00",
  delay: "1",
};

/** "Harbor City Mobility" as "harbor-city-mobility". */
const slugOf = (name: string) =>
  name
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);

interface CreateProgramProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Founds a program. Currency and zone stay with it. */
export function CreateProgram({ open, onOpenChange }: CreateProgramProps) {
  const trpc = useOperatorTrpc();
  const router = useRouter();
  const { base } = usePortal();
  const queryClient = useQueryClient();
  const [facts, setFacts] = useState(EMPTY);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [refusal, setRefusal] = useState<string | null>(null);
  const create = useMutation(trpc.programs.create.mutationOptions());
  const zones = useMemo(
    () =>
      Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") })),
    [],
  );
  const put = (field: keyof typeof EMPTY) => (value: string) =>
    setFacts((before) => ({ ...before, [field]: value }));
  const slug = facts.slug || slugOf(facts.name);
  const calendar = calendarOf(facts);

  async function send() {
    setRefusal(null);
    const checked = createProgramSchema.safeParse({
      name: facts.name,
      slug,
      currency: facts.currency,
      timeZone: facts.timeZone,
      calendar,
    });
    if (!checked.success) {
      setErrors(
        Object.fromEntries(checked.error.issues.map((issue) => [issue.path.join("."), issue.message])),
      );
      return;
    }
    setErrors({});
    try {
      const made = await create.mutateAsync(checked.data);
      await queryClient.invalidateQueries();
      showToast({
        title: `${made.name} is founded`,
        description: "Add its parties, then draft its agreement.",
      });
      setFacts(EMPTY);
      onOpenChange(false);
      router.push(`${base}/programs/${made.slug}`);
    } catch (error) {
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was created.");
    }
  }

  return (
    <FormDialog
      open={open}
      onClose={() => onOpenChange(false)}
      size="lg"
      title="New program"
      description="Its currency and time zone cannot be changed; its calendar can, from the end of a period on, by two people."
      action="Create the program"
      pending={create.isPending}
      onSubmit={() => void send()}
      refusal={refusal}
    >
      <Field label="Name" error={errors.name}>
        <Input
          value={facts.name}
          placeholder="Harbor City Mobility"
          onChange={(event) => put("name")(event.currentTarget.value)}
        />
      </Field>
      <Field label="Short name" error={errors.slug} hint="In addresses and agreements">
        <Input mono value={slug} onChange={(event) => put("slug")(event.currentTarget.value)} />
      </Field>
      <Field label="Currency" error={errors.currency}>
        <Select
          value={facts.currency}
          onValueChange={put("currency")}
          options={CURRENCIES.map((value) => ({ value, label: value }))}
        />
      </Field>
      <Field label="Time zone" error={errors.timeZone}>
        <Combobox
          value={facts.timeZone}
          onValueChange={(value) => value && put("timeZone")(value)}
          options={zones}
        />
      </Field>
      <CalendarFields
        facts={facts}
        onChange={(change) => setFacts((before) => ({ ...before, ...change }))}
        errors={errors}
        place={facts.timeZone}
      />
    </FormDialog>
  );
}
