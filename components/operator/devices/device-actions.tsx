"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Archive, Pause, Play } from "lucide-react";
import { type ReactNode, useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { RelativeTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { KeyValueList } from "@/components/ui/key-value";
import { showToast } from "@/components/ui/toast";
import type { DeviceAction } from "@/server/devices/constants";
import type { DeviceView } from "@/server/devices/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

interface ActionWords {
  label: string;
  icon: ReactNode;
  danger: boolean;
  title: (name: string) => string;
  consequence: (device: DeviceView) => string;
  done: (name: string) => string;
  /** What is asked for with it; none for activating. */
  reason: string | null;
}

const WORDS: Record<DeviceAction, ActionWords> = {
  activate: {
    label: "Activate",
    icon: <Play />,
    danger: false,
    title: (name) => `Activate ${name}?`,
    consequence: (device) =>
      `From now on its signed requests are answered, and what it takes counts as takings of ${device.merchant.name}.`,
    done: (name) => `${name} is active`,
    reason: null,
  },
  suspend: {
    label: "Suspend",
    icon: <Pause />,
    danger: true,
    title: (name) => `Suspend ${name}?`,
    consequence: (device) =>
      `Every request of it is refused until it is activated again. ${device.merchant.name} takes no money there; money that is held already can still be captured by an operator's decision.`,
    done: (name) => `${name} is suspended`,
    reason: "The merchant reads it. For example: card reader tampered with.",
  },
  retire: {
    label: "Retire",
    icon: <Archive />,
    danger: true,
    title: (name) => `Retire ${name} for good?`,
    consequence: () =>
      "It can never come back: a replacement is registered as a new device with a new key. Its history stays.",
    done: (name) => `${name} is retired`,
    reason: "For example: replaced by a new charger.",
  },
};

interface DeviceActionsProps {
  device: DeviceView;
  size?: "sm" | "md";
}

/** What the state of a device allows, each with its consequence before it happens. */
export function DeviceActions({ device, size = "md" }: DeviceActionsProps) {
  const { can } = usePortal();
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<DeviceAction | null>(null);
  const [reason, setReason] = useState("");
  const change = useMutation(
    trpc.devices.changeState.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.devices.pathFilter()),
    }),
  );
  if (!can("devices.manage") || device.actions.length === 0) return null;
  const words = asking ? WORDS[asking] : null;
  return (
    <>
      {device.actions.map((action) => (
        <Button
          key={action}
          size={size}
          icon={WORDS[action].icon}
          variant={action === "retire" ? "danger-quiet" : action === "activate" ? "primary" : "secondary"}
          onClick={() => {
            setReason("");
            setAsking(action);
          }}
        >
          {WORDS[action].label}
        </Button>
      ))}
      {asking && words ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => {
            if (!open) setAsking(null);
          }}
          title={words.title(device.name)}
          consequence={words.consequence(device)}
          confirmLabel={words.label}
          danger={words.danger}
          {...(asking === "retire" && { typeToConfirm: device.name })}
          onConfirm={async () => {
            if (words.reason && reason.trim().length < 3)
              return "Say why in a few words; it stands with the device and in the audit log.";
            await change.mutateAsync({
              deviceId: device.id,
              action: asking,
              ...(reason.trim() && { reason: reason.trim() }),
            });
            showToast({
              title: words.done(device.name),
              tone: asking === "activate" ? "arrived" : "neutral",
            });
            return undefined;
          }}
        >
          <KeyValueList
            items={[
              { label: "Merchant", value: device.merchant.name },
              {
                label: "Last payment",
                value: device.lastPaymentAt ? <RelativeTime at={device.lastPaymentAt} /> : "none yet",
              },
              { label: "Refusals in 24 hours", value: formatCount(device.refusalsLastDay) },
            ]}
          />
          {words.reason ? (
            <Field label="Reason" hint={words.reason}>
              <Input
                value={reason}
                maxLength={300}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
            </Field>
          ) : null}
        </ConfirmDialog>
      ) : null}
    </>
  );
}
