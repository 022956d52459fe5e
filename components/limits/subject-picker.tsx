"use client";

import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { RemoteCombobox } from "@/components/ui/remote-combobox";
import type { SelectOption } from "@/components/ui/select";
import type { LimitSubject } from "@/server/payments/constants";
import { useOperatorTrpc } from "@/server/trpc/client";

const FIND: Record<LimitSubject, string> = {
  merchant: "Name or org_…",
  device: "Name, zone or dev_…",
  payer: "Reference, wallet, card or payer_…",
  instrument: "Label, token, payer or inst_…",
};

interface SubjectPickerProps {
  programId: string;
  kind: LimitSubject;
  value: SelectOption | null;
  onValueChange: (value: SelectOption | null) => void;
  "aria-label"?: string;
}

/** Finds whom a limit or an allowance is for, among all of the program. */
export function SubjectPicker({ programId, kind, value, onValueChange, ...rest }: SubjectPickerProps) {
  const trpc = useOperatorTrpc();
  const [text, setText] = useState("");
  const asked = useDeferredValue(text);
  const hits = useQuery(
    trpc.limits.findSubjects.queryOptions(
      { programId, kind, text: asked },
      { placeholderData: (before) => before, staleTime: 10_000 },
    ),
  );
  return (
    <RemoteCombobox
      aria-label={rest["aria-label"]}
      options={(hits.data ?? []).map(({ id, label, hint }) => ({ value: id, label, hint }))}
      value={value}
      onValueChange={onValueChange}
      onSearch={setText}
      busy={hits.isFetching}
      placeholder={FIND[kind]}
      nothingFound="Nobody in this program by that name or id."
    />
  );
}
