/**
 * Identifiers. Inside the database: UUIDv7. Outside: TypeIDs, whose prefix says what the thing is (`pay_…`).
 * `toPublicId` and `fromPublicId` are the only crossing.
 */
import { fromString, TypeID, toUUID } from "typeid-js";
import { v7 } from "uuid";
import { z } from "zod";

/** One prefix a thing. */
export const ID_PREFIXES = {
  user: "user",
  session: "sess",
  organisation: "org",
  membership: "mem",
  program: "prog",
  device: "dev",
  credential: "cred",
  payer: "payer",
  instrument: "inst",
  payment: "pay",
  refund: "ref",
  usageWindow: "win",
  agreement: "agr",
  programCalendar: "pcal",
  programHoliday: "hol",
  programTerms: "pterm",
  standingConsent: "cons",
  settlementRun: "run",
  statement: "stl",
  payout: "po",
  adjustment: "adj",
  bankAccount: "bank",
  case: "case",
  import: "imp",
  importMapping: "map",
  limit: "lim",
  account: "acct",
  transfer: "xfer",
  journal: "jrnl",
  auditEntry: "aud",
  invitation: "inv",
  roleGrant: "grant",
  passwordReset: "reset",
  exception: "exc",
  confirmation: "conf",
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

/** A UUID inside, branded with what it identifies. */
export type Id<K extends IdKind> = string & { readonly __id: K };

export function newId<K extends IdKind>(_kind: K): Id<K> {
  return v7() as Id<K>;
}

/** A UUIDv7 whose embedded time is `at`: for history that is made under a moved clock. */
export function newIdAt<K extends IdKind>(_kind: K, at: Date): Id<K> {
  return v7({ msecs: at.getTime() }) as Id<K>;
}

export function toPublicId<K extends IdKind>(kind: K, uuid: string): string {
  return TypeID.fromUUID(ID_PREFIXES[kind], uuid).toString();
}

/** The UUID behind a TypeID of the expected kind, or null when the text is not one. */
export function fromPublicId<K extends IdKind>(kind: K, text: string): Id<K> | null {
  try {
    return toUUID(fromString(text, ID_PREFIXES[kind])) as Id<K>;
  } catch {
    return null;
  }
}

/** Zod: accepts a TypeID string of this kind and gives the UUID. */
export function publicId<K extends IdKind>(kind: K) {
  return z
    .string()
    .max(100)
    .transform((text, ctx): Id<K> => {
      const id = fromPublicId(kind, text);
      if (id) return id;
      ctx.addIssue({ code: "custom", message: `is not an id of the form ${ID_PREFIXES[kind]}_…` });
      return z.NEVER;
    });
}
