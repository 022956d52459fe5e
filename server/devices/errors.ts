/** Refusals of the registry, with what to do next. */
import { AppError, type ErrorCode } from "@/server/platform/errors";

const REFUSALS = {
  public_key_malformed: [
    "invalid_input",
    "The key is not an Ed25519 public key. Give 32 bytes in base64, a JWK or PEM.",
  ],
  public_key_is_private: [
    "invalid_input",
    "This is a private key. It was not kept, but treat it as lost and make a new pair.",
  ],
  public_key_weak: ["invalid_input", "This key is of small order: anybody could sign for it."],
  public_key_in_use: ["conflict", "This key belongs to a credential already. Every device needs its own."],
  too_many_credentials: ["conflict", "The device has as many credentials as it may. Revoke one first."],
  device_retired: ["conflict", "The device is retired. Register it anew to use it again."],
  device_action_not_possible: ["conflict", "This cannot be done with the device in its present state."],
  device_has_no_credential: ["conflict", "The device has no credential. Add its public key first."],
  merchant_not_in_program: ["invalid_input", "This merchant takes no part in the program."],
  max_amount_invalid: ["invalid_input", "The largest amount must be above zero, in whole minor units."],
  external_id_in_use: ["conflict", "Another device of this merchant and program goes by this id already."],
  place_incomplete: ["invalid_input", "Give both latitude and longitude, or neither."],
} as const satisfies Record<string, readonly [ErrorCode, string]>;

export type DeviceRefusal = keyof typeof REFUSALS;

export function deviceError(reason: DeviceRefusal): AppError {
  const [code, message] = REFUSALS[reason];
  return new AppError(code, reason, message);
}
