"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Tag } from "lucide-react";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";
import { showToast } from "@/components/ui/toast";
import type { DeviceDetailView } from "@/server/devices/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

/** What the merchant's own system calls a device, so that imported files find it. */
export function NameAtSource({ device }: { device: DeviceDetailView }) {
  const { can } = usePortal();
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const [externalId, setExternalId] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const change = useMutation(trpc.devices.setExternalId.mutationOptions());
  if (!can("devices.manage")) return null;

  async function send() {
    setRefusal(null);
    try {
      await change.mutateAsync({ deviceId: device.id, externalId: externalId.trim() || null });
      await queryClient.invalidateQueries(trpc.devices.pathFilter());
      showToast({ title: `The id of ${device.name} at the source is saved`, tone: "arrived" });
      setOpen(false);
    } catch (error) {
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was saved.");
    }
  }

  return (
    <>
      <Button
        icon={<Tag />}
        onClick={() => {
          setExternalId(device.externalId ?? "");
          setRefusal(null);
          setOpen(true);
        }}
      >
        Id at the source
      </Button>
      <FormDialog
        open={open}
        onClose={() => setOpen(false)}
        title="Id at the source"
        description={`What the system of ${device.merchant.name} calls ${device.name}. Imported files that name it so are this device's, with its kind and zone.`}
        action="Save"
        pending={change.isPending}
        onSubmit={() => void send()}
        refusal={refusal}
      >
        <Field label="Id" hint="Leave it empty to take the id away." className="sm:col-span-2">
          <Input
            mono
            value={externalId}
            maxLength={120}
            onChange={(event) => setExternalId(event.currentTarget.value)}
          />
        </Field>
      </FormDialog>
    </>
  );
}
