/** Shapes of the registry as the portals see them; usable on both sides. */
import { z } from "zod";
import { publicId } from "@/server/platform/ids";
import { CURRENCIES } from "@/server/platform/money";
import { plainText } from "@/server/platform/text";
import { DEVICE_ACTIONS, DEVICE_KINDS, DEVICE_STATES } from "./constants";

const money = z.object({ amount: z.string(), currency: z.enum(CURRENCIES) });
const when = z.iso.datetime();

export const deviceView = z.object({
  id: z.string(),
  kind: z.enum(DEVICE_KINDS),
  name: z.string(),
  externalId: z.string().nullable(),
  zone: z.string().nullable(),
  site: z.string().nullable(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  state: z.enum(DEVICE_STATES),
  stateReason: z.string().nullable(),
  stateChangedAt: when,
  actions: z.array(z.enum(DEVICE_ACTIONS)),
  program: z.object({ id: z.string(), name: z.string(), currency: z.enum(CURRENCIES), timeZone: z.string() }),
  merchant: z.object({ id: z.string(), name: z.string(), slug: z.string() }),
  maxAmount: money.nullable(),
  createdAt: when,
  lastSeenAt: when.nullable(),
  lastPaymentAt: when.nullable(),
  lastSequence: z.string(),
  refusalsLastDay: z.number().int(),
});
export type DeviceView = z.infer<typeof deviceView>;

export const credentialView = z.object({
  id: z.string(),
  /** Raw Ed25519 public key in base64. */
  publicKey: z.string(),
  createdAt: when,
  revokedAt: when.nullable(),
});

export const refusalView = z.object({
  code: z.string(),
  at: when,
  hits: z.number().int(),
  verified: z.boolean(),
  detail: z.string().nullable(),
});

export const deviceDetailView = deviceView.extend({
  credentials: z.array(credentialView),
  refusals: z.array(refusalView),
});
export type DeviceDetailView = z.infer<typeof deviceDetailView>;

const filterFields = {
  state: z.enum(DEVICE_STATES).optional(),
  kind: z.enum(DEVICE_KINDS).optional(),
  programId: publicId("program").optional(),
  text: z.string().trim().max(80).optional(),
};
const pageFields = {
  cursor: publicId("device").nullish(),
  limit: z.number().int().min(1).max(200).default(50),
};

export const merchantListInput = z.object({ ...filterFields, ...pageFields });
export const operatorListInput = merchantListInput.extend({
  merchantId: publicId("organisation").optional(),
});
export const merchantCountInput = z.object(filterFields);
export const operatorCountInput = merchantCountInput.extend({
  merchantId: publicId("organisation").optional(),
});
export const listOutput = z.object({ items: z.array(deviceView), nextCursor: z.string().nullable() });
export const countOutput = z.record(z.enum(DEVICE_STATES), z.number().int());
export const deviceIdInput = z.object({ deviceId: publicId("device") });

const optionalText = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .transform((text) => text || undefined)
    .optional();

export const registerInput = z.object({
  programId: publicId("program"),
  merchantId: publicId("organisation"),
  kind: z.enum(DEVICE_KINDS),
  name: z.string().trim().min(1).max(80),
  externalId: plainText(1, 120).optional(),
  zone: optionalText(80),
  site: optionalText(120),
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(180).optional(),
  maxAmount: optionalText(30),
  publicKey: optionalText(2000),
});
export const registerOutput = z.object({ deviceId: z.string(), credentialId: z.string().nullable() });

export const externalIdInput = z.object({
  deviceId: publicId("device"),
  externalId: plainText(1, 120).nullable(),
});
export const externalIdOutput = z.object({ changed: z.boolean() });

export const changeStateInput = z.object({
  deviceId: publicId("device"),
  action: z.enum(DEVICE_ACTIONS),
  reason: optionalText(300),
});
export const changeStateOutput = z.object({ state: z.enum(DEVICE_STATES), changed: z.boolean() });

export const addCredentialInput = z.object({
  deviceId: publicId("device"),
  publicKey: z.string().min(1).max(2000),
});
export const addCredentialOutput = z.object({ credentialId: z.string() });
export const revokeCredentialInput = z.object({ credentialId: publicId("credential") });
export const revokeCredentialOutput = z.object({ deviceId: z.string(), changed: z.boolean() });
