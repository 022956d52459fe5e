import type { DeviceKind } from "@/server/devices/constants";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { Flag } from "../types";
import type { FileRefusal, ImportFormat, RowOutcome, RowRefusal } from "./constants";
import type { MappingTerms } from "./schema";

/** The names of a record: as it is shown, as it is compared, and as people look for it. */
export interface RecordName {
  /** The source's own id, with its format and party before it: `ocpi:BE*BEC*12345`. */
  externalRef: string;
  /** What makes a record the same: `externalRef` as its standard compares it. */
  recordKey: string;
  /** In lower case: the plain id, and the id with its party. */
  sourceId: string;
  partySourceId: string;
}

/** What a line says, read but not judged. */
export interface ImportedRecord extends RecordName {
  /** A decimal as the file has it, exact, below zero for what is given back. */
  amount: string;
  /** The currency's sign beside the amount, such as `$`. */
  amountSymbol: string | null;
  currency: string;
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
  /** Names at the source that a device of the registry may go by: EVSE, meter. */
  devices: string[];
  /** Names of its place at the source, the nearest first, of which a zone may be told. */
  places: string[];
  /** Set when the line gives back what another one took, by its key; an empty one when it names none. */
  gives: { back: string | null } | null;
  /** What the reader itself found odd. */
  flags: Flag[];
}

export type ReadRow = { rowNumber: number; raw: string } & (
  | { ok: true; record: ImportedRecord }
  | { ok: false; code: RowRefusal; message?: string; externalRef?: string; flags?: Flag[] }
);

export interface AcceptedRecord
  extends Omit<ImportedRecord, "amount" | "amountSymbol" | "currency" | "latitude" | "longitude"> {
  /** Zero for what was free, the sum that is given back for a refund. */
  amountMicros: bigint;
  currency: Currency;
  latitude: number | null;
  longitude: number | null;
  /** Of the program, and the device that it was told by. */
  zone: string | null;
  deviceId: Id<"device"> | null;
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
  rowsRefunds: number;
  rowsFree: number;
  rowsDuplicate: number;
  rowsRefused: number;
  rowsFlagged: number;
  acceptedMicros: bigint;
  refundedMicros: bigint;
  currency: Currency;
  mappingName: string | null;
  mappingTerms: MappingTerms | null;
  encoding: string | null;
  delimiter: string | null;
  undoStartedAt: Date | null;
  undoStartedByName: string | null;
  undoReason: string | null;
  undoneAt: Date | null;
  undoneMicros: bigint;
}

export interface ImportRow {
  rowNumber: number;
  outcome: RowOutcome;
  externalRef: string | null;
  paymentId: Id<"payment"> | null;
  refundId: Id<"refund"> | null;
  code: RowRefusal | null;
  message: string | null;
  flags: Flag[];
  raw: string;
}

/** What a file would do, without having done it. */
export interface DryRun {
  format: ImportFormat;
  fileSha256: string;
  encoding: string;
  delimiter: string | null;
  currency: Currency;
  rows: Record<"total" | RowOutcome | "flagged", number>;
  acceptedMicros: bigint;
  refundedMicros: bigint;
  /** The first lines that would be refused or flagged. */
  notable: ImportRow[];
  failure: { code: FileRefusal; message: string } | null;
}

export type DryRunResult = { ok: true; dryRun: DryRun } | { ok: false; reason: FileRefusal; message: string };

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
