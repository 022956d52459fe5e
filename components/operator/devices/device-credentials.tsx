"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { KeyField } from "@/components/operator/devices/key-field";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { showToast } from "@/components/ui/toast";
import type { DeviceDetailView } from "@/server/devices/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** Takes a key away from a device, after saying whether another one is left. */
export function RevokeCredential({
  credentialId,
  device,
  last,
}: {
  credentialId: string;
  device: DeviceDetailView;
  last: boolean;
}) {
  const { can } = usePortal();
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const revoke = useMutation(
    trpc.devices.revokeCredential.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.devices.pathFilter()),
    }),
  );
  if (!can("devices.manage")) return null;
  return (
    <>
      <Button size="sm" variant="danger-quiet" onClick={() => setOpen(true)}>
        Revoke
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Revoke this key of ${device.name}?`}
        consequence={
          last
            ? `It is the only key in use: from now on nothing that ${device.name} sends is accepted, until it gets another one.`
            : `Requests signed with it are refused from now on. ${device.name} goes on with its other key.`
        }
        confirmLabel="Revoke the key"
        danger
        onConfirm={async () => {
          await revoke.mutateAsync({ credentialId });
          showToast({ title: "The key is revoked" });
        }}
      />
    </>
  );
}

/** A second key for a device, so that its keys can be changed while it works. */
export function AddCredential({ device }: { device: DeviceDetailView }) {
  const { can } = usePortal();
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const [publicKey, setPublicKey] = useState("");
  const add = useMutation(
    trpc.devices.addCredential.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.devices.pathFilter()),
    }),
  );
  if (!can("devices.manage") || device.state === "retired") return null;
  return (
    <>
      <Button icon={<KeyRound />} onClick={() => setOpen(true)}>
        Add a key
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Add a key to ${device.name}`}
        consequence="Requests signed with it are accepted besides those of the keys that it has. Revoke the old one when the device uses the new one."
        confirmLabel="Add the key"
        onConfirm={async () => {
          if (publicKey.trim() === "") return "Paste the public key of the device.";
          await add.mutateAsync({ deviceId: device.id, publicKey: publicKey.trim() });
          setPublicKey("");
          showToast({ title: `${device.name} has a new key`, tone: "arrived" });
          return undefined;
        }}
      >
        <KeyField value={publicKey} onChange={setPublicKey} />
      </ConfirmDialog>
    </>
  );
}
