"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { showToast } from "@/components/ui/toast";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

interface AddPartyProps {
  program: { id: string; name: string; parties: readonly { id: string }[] };
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Lets an organisation take part in a program. It gets a share only when an agreement names it. */
export function AddParty({ program, open, onOpenChange }: AddPartyProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const all = useQuery(trpc.organisations.list.queryOptions({ limit: 200 }, { enabled: open }));
  const add = useMutation(trpc.programs.addParty.mutationOptions());
  const free = (all.data?.items ?? []).filter(
    ({ id, kind }) => kind !== "operator" && !program.parties.some((party) => party.id === id),
  );

  async function send() {
    const organisation = free.find(({ id }) => id === chosen);
    if (!organisation) return setRefusal("Choose who is to take part.");
    setRefusal(null);
    try {
      await add.mutateAsync({ programId: program.id, organisationId: organisation.id });
      await queryClient.invalidateQueries();
      showToast({ title: `${organisation.name} takes part in ${program.name}` });
      setChosen(null);
      onOpenChange(false);
    } catch (error) {
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was changed.");
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setRefusal(null);
        onOpenChange(next);
      }}
      title={`Add a party to ${program.name}`}
      description="A merchant may then have devices in it; an agency may be named in its agreement. This cannot be undone."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)} disabled={add.isPending}>
            Cancel
          </Button>
          <Button variant="primary" loading={add.isPending} onClick={() => void send()}>
            Add it
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Field
          label="Organisation"
          hint={
            all.data && free.length === 0
              ? "Everybody takes part already"
              : "Merchants and agencies that do not take part yet"
          }
        >
          <Combobox
            value={chosen}
            onValueChange={setChosen}
            placeholder="Type a name"
            options={free.map(({ id, name, kind }) => ({ value: id, label: name, hint: kind }))}
          />
        </Field>
        {refusal ? <Banner tone="loss">{refusal}</Banner> : null}
      </div>
    </Dialog>
  );
}
