"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { DEVICE_KIND_KEYS, kindLook } from "@/components/devices/device-kind";
import { usePortal } from "@/components/frame/portal-context";
import { readAmount } from "@/components/money/read-amount";
import { KeyField } from "@/components/operator/devices/key-field";
import { useChoices } from "@/components/operator/use-choices";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import type { DeviceKind } from "@/server/devices/constants";
import { useOperatorTrpc } from "@/server/trpc/client";

interface RegisterDeviceProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

const EMPTY = {
  name: "",
  externalId: "",
  site: "",
  zone: "",
  latitude: "",
  longitude: "",
  maxAmount: "",
  publicKey: "",
};

const coordinate = (text: string) => (text.trim() === "" ? undefined : Number(text.replace(",", ".")));

/** Writes a device into the registry. It is listened to once it has a key and is active. */
export function RegisterDevice({ open, onOpenChange }: RegisterDeviceProps) {
  const trpc = useOperatorTrpc();
  const router = useRouter();
  const { base } = usePortal();
  const queryClient = useQueryClient();
  const { programs } = useChoices();
  const [kind, setKind] = useState<string>("ev_charger");
  const [programId, setProgramId] = useState<string | null>(null);
  const [merchantId, setMerchantId] = useState<string | null>(null);
  const [facts, setFacts] = useState(EMPTY);
  const [refusal, setRefusal] = useState<string | null>(null);
  const register = useMutation(trpc.devices.register.mutationOptions());

  const program = programs.find(({ id }) => id === programId) ?? programs[0];
  const parties = useQuery(
    trpc.programs.get.queryOptions({ slug: program?.slug ?? "none" }, { enabled: open && Boolean(program) }),
  );
  const merchants = (parties.data?.parties ?? []).filter((party) => party.kind === "merchant");
  const merchant = merchants.find(({ id }) => id === merchantId) ?? null;

  const put = (field: keyof typeof EMPTY) => (value: string) =>
    setFacts((before) => ({ ...before, [field]: value }));

  async function send() {
    const latitude = coordinate(facts.latitude);
    const longitude = coordinate(facts.longitude);
    if (!program || !merchant) return setRefusal("Choose whose device it is.");
    if (facts.name.trim() === "") return setRefusal("Give it a name that people at the site would use.");
    if ((latitude === undefined) !== (longitude === undefined))
      return setRefusal("Give both coordinates, or neither.");
    if (Number.isNaN(latitude ?? 0) || Number.isNaN(longitude ?? 0))
      return setRefusal("Coordinates are decimal degrees, such as 59.9106 and 10.7392.");
    setRefusal(null);
    try {
      const { deviceId } = await register.mutateAsync({
        programId: program.id,
        merchantId: merchant.id,
        kind: kind as DeviceKind,
        name: facts.name.trim(),
        externalId: facts.externalId.trim() || undefined,
        site: facts.site,
        zone: facts.zone,
        maxAmount: readAmount(facts.maxAmount) ?? facts.maxAmount.trim(),
        publicKey: facts.publicKey,
        ...(latitude !== undefined && longitude !== undefined && { latitude, longitude }),
      });
      await queryClient.invalidateQueries(trpc.devices.pathFilter());
      showToast({
        title: `${facts.name.trim()} is registered`,
        description: "Activate it when it is in place.",
      });
      setFacts(EMPTY);
      onOpenChange(false);
      router.push(`${base}/devices/${deviceId}`);
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : "It did not work. Nothing was registered.");
    }
  }

  return (
    <FormDialog
      open={open}
      onClose={() => onOpenChange(false)}
      size="lg"
      title="Register a device"
      description="It may take payments once it has a key and is activated."
      action="Register"
      pending={register.isPending}
      onSubmit={() => void send()}
      refusal={refusal}
    >
      <Field label="Kind">
        <Select
          value={kind}
          onValueChange={setKind}
          options={DEVICE_KIND_KEYS.map((value) => ({ value, label: kindLook(value).one }))}
        />
      </Field>
      <Field label="Name" hint="As people at the site say it">
        <Input
          value={facts.name}
          placeholder="Charger 0421"
          onChange={(event) => put("name")(event.currentTarget.value)}
        />
      </Field>
      <Field label="Program">
        <Select
          value={program?.id ?? ""}
          onValueChange={(value) => {
            setProgramId(value);
            setMerchantId(null);
          }}
          options={programs.map(({ id, name, currency }) => ({ value: id, label: name, hint: currency }))}
        />
      </Field>
      <Field label="Merchant" hint="Members of the program alone">
        <Combobox
          value={merchant?.id ?? null}
          onValueChange={setMerchantId}
          placeholder="Type a name"
          options={merchants.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Field>
      <Field label="Site" optional>
        <Input
          value={facts.site}
          placeholder="Quay 3"
          onChange={(event) => put("site")(event.currentTarget.value)}
        />
      </Field>
      <Field label="Zone" optional hint="Agreements may split by it">
        <Input
          value={facts.zone}
          placeholder="centre"
          onChange={(event) => put("zone")(event.currentTarget.value)}
        />
      </Field>
      <Field label="Latitude" optional>
        <Input
          inputMode="decimal"
          value={facts.latitude}
          onChange={(event) => put("latitude")(event.currentTarget.value)}
        />
      </Field>
      <Field label="Longitude" optional>
        <Input
          inputMode="decimal"
          value={facts.longitude}
          onChange={(event) => put("longitude")(event.currentTarget.value)}
        />
      </Field>
      <Field label="Largest payment" optional hint="Left empty, the usual limit of its kind holds">
        <Input
          inputMode="decimal"
          value={facts.maxAmount}
          suffix={program?.currency}
          onChange={(event) => put("maxAmount")(event.currentTarget.value)}
        />
      </Field>
      <Field label="Id at the source" optional hint="As imported files name it">
        <Input
          mono
          value={facts.externalId}
          maxLength={120}
          placeholder="PA-1042"
          onChange={(event) => put("externalId")(event.currentTarget.value)}
        />
      </Field>
      <div className="sm:col-span-2">
        <KeyField value={facts.publicKey} onChange={put("publicKey")} optional />
      </div>
    </FormDialog>
  );
}
