import type { DeviceKind } from "@/server/devices/constants";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { Flag } from "../types";
import type { FileRefusal, ImportFormat, RowRefusal } from "./constants";

/** What a line says, read but not judged. */
export interface ImportedRecord {
  /** The source's own id, with its format before it: `ocpi:BE*BEC*12345`. */
  externalRef: string;
  amount: string;
  currency: string;
  /** Whether the file itself names the currency; where it does not, `currency` is what its publisher uses. */
  currencyIsStated: boolean;
  /** When it was paid; decides its period. */
  paidAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  deviceKind: DeviceKind;
  instrumentLabel: string;
  description: string | null;
  quantity: Record<string, string> | null;
  latitude: string | null;
  longitude: string | null;
  /** ISO 3166-1, as stated. */
  country: string | null;
  /** What the reader itself found odd. */
  flags: Flag[];
}

export type ReadRow = { rowNumber: number; raw: string } & (
  | { ok: true; record: ImportedRecord }
  | { ok: false; code: RowRefusal; message?: string; externalRef?: string; flags?: Flag[] }
);

export interface AcceptedRecord
  extends Omit<ImportedRecord, "amount" | "currency" | "latitude" | "longitude"> {
  amountMicros: bigint;
  currency: Currency;
  latitude: number | null;
  longitude: number | null;
}

export type JudgedRow = { rowNumber: number; raw: string; externalRef: string | null; flags: Flag[] } & (
  | { ok: true; record: AcceptedRecord }
  | { ok: false; code: RowRefusal; message: string }
);

export interface ImportSummary {
  id: Id<"import">;
  programId: Id<"program">;
  programName: string;
  merchantId: Id<"organisation">;
  merchantName: string;
  format: ImportFormat;
  fileName: string;
  fileSha256: string;
  createdByName: string | null;
  createdAt: Date;
  finishedAt: Date | null;
  failureCode: FileRefusal | null;
  failureMessage: string | null;
  rowsTotal: number;
  rowsAccepted: number;
  rowsDuplicate: number;
  rowsRefused: number;
  rowsFlagged: number;
  acceptedMicros: bigint;
  currency: Currency;
}

export interface ImportRow {
  rowNumber: number;
  outcome: "accepted" | "duplicate" | "refused";
  externalRef: string | null;
  paymentId: Id<"payment"> | null;
  code: RowRefusal | null;
  message: string | null;
  flags: Flag[];
  raw: string;
}

export type ImportResult =
  | { ok: true; import: ImportSummary }
  | { ok: false; reason: FileRefusal; message: string };

/** A file cannot be read on; what was read before stands. */
export class ImportFileError extends Error {
  constructor(
    readonly code: FileRefusal,
    message: string,
  ) {
    super(message);
  }
}
