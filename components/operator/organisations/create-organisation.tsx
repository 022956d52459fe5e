"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { KIND_WORDS } from "@/components/operator/organisations/organisation-words";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import { useOperatorTrpc } from "@/server/trpc/client";

interface CreateOrganisationProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

const KINDS = ["merchant", "agency", "operator"] as const;

/** "Voltway Charging AS" as "voltway-charging-as". */
function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
}

/** A new tenant, without people and without programs at first. */
export function CreateOrganisation({ open, onOpenChange }: CreateOrganisationProps) {
  const trpc = useOperatorTrpc();
  const router = useRouter();
  const { base } = usePortal();
  const queryClient = useQueryClient();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("merchant");
  const [name, setName] = useState("");
  const [ownSlug, setOwnSlug] = useState<string | null>(null);
  const create = useMutation(trpc.organisations.create.mutationOptions());
  const slug = ownSlug ?? slugOf(name);
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Create an organisation"
      consequence="It has no people and no programs at first. Invite its admin from its page, then add it to a program."
      confirmLabel="Create"
      onConfirm={async () => {
        if (name.trim() === "") return "Give it the name that stands on its statements.";
        const made = await create.mutateAsync({ kind, name: name.trim(), slug });
        await queryClient.invalidateQueries(trpc.organisations.pathFilter());
        showToast({ title: `${made.name} is created`, tone: "arrived" });
        setName("");
        setOwnSlug(null);
        router.push(`${base}/organisations/${made.id}`);
        return undefined;
      }}
    >
      <Field label="Kind">
        <Select
          value={kind}
          onValueChange={(value) => setKind(KINDS.find((each) => each === value) ?? "merchant")}
          options={KINDS.map((value) => ({
            value,
            label: KIND_WORDS[value]?.one ?? value,
            ...(KIND_WORDS[value] && { hint: KIND_WORDS[value].does }),
          }))}
        />
      </Field>
      <Field label="Name">
        <Input value={name} maxLength={120} onChange={(event) => setName(event.currentTarget.value)} />
      </Field>
      <Field label="Short name" hint="Stands in addresses and in the terms of agreements; it stays for good">
        <Input
          mono
          value={slug}
          maxLength={60}
          onChange={(event) => setOwnSlug(event.currentTarget.value || null)}
        />
      </Field>
    </ConfirmDialog>
  );
}
