/** A chunk of an import's judged rows in the books: payments, refunds, the register and what became of each row. */
import { accountIdFor, postTransfers } from "@/server/ledger/service";
import type { SqlTx } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import { type Id, newIdAt, toPublicId } from "@/server/platform/ids";
import { formatMicros, minorDigits } from "@/server/platform/money";
import type { PlatformScope } from "@/server/platform/scope";
import { ROW_REFUSALS, type RowRefusal } from "../import/constants";
import type { AcceptedRecord, ImportRow, JudgedRow } from "../import/types";
import {
  findRecords,
  type ImportedRecordRow,
  insertRecords,
  type KnownRecord,
} from "../repository/keep-imported-records";
import type { ProgramFacts } from "../repository/keep-instruments";
import { lockPayment } from "../repository/move-payment";
import { insertPaymentEvents, insertPayments } from "../repository/payment-columns";
import { clearingAccount, receivableAccount } from "../rules/derive-accounts";
import { planRefund } from "../rules/plan-change";
import { PAID_IN_MONEY } from "../rules/present-payment";
import type { Payment } from "../types";
import { refundWithin } from "./refund-payment";

export interface ImportUnderway {
  id: Id<"import">;
  scope: PlatformScope;
  program: ProgramFacts;
  merchantId: Id<"organisation">;
  at: Date;
}

export interface BookedChunk {
  rows: ImportRow[];
  acceptedMicros: bigint;
  refundedMicros: bigint;
  /** Credits whose record is not known yet; it may follow in the file. */
  waiting: JudgedRow[];
}

type Taken = JudgedRow & { ok: true };

/** Books rows in the caller's transaction. `isEnd`: nothing follows, so that a credit of nothing known is refused. */
export async function bookRows(
  tx: SqlTx,
  run: ImportUnderway,
  rows: readonly JudgedRow[],
  isEnd: boolean,
): Promise<BookedChunk> {
  const takes = rows.filter((row): row is Taken => row.ok && row.record.gives === null);
  const { payments, inserted, known } = await bookPayments(tx, run, takes);
  const booked: BookedChunk = { rows: [], acceptedMicros: 0n, refundedMicros: 0n, waiting: [] };
  for (const row of rows) {
    const base = blankRow(row);
    if (!row.ok) {
      booked.rows.push({ ...base, outcome: "refused", code: row.code, message: row.message });
    } else if (row.record.gives === null) {
      const payment = payments.get(row);
      const isFirst = inserted.get(row.record.recordKey) === row;
      if (isFirst && payment) booked.acceptedMicros += payment.amountMicros;
      booked.rows.push(
        isFirst
          ? { ...base, outcome: payment ? "accepted" : "free", paymentId: payment?.id ?? null }
          : { ...base, ...repeated(row.record, known.get(row.record.recordKey), run) },
      );
    }
  }
  // What a credit gives back may stand beside it, so payments go first.
  for (const row of rows) {
    if (!row.ok || row.record.gives === null) continue;
    const done = await bookRefund(tx, run, row, isEnd);
    if (done === null) booked.waiting.push(row);
    else {
      booked.rows.push(done);
      if (done.outcome === "refund") booked.refundedMicros += row.record.amountMicros;
    }
  }
  return booked;
}

export function blankRow({ rowNumber, externalRef, flags, raw }: JudgedRow): Omit<ImportRow, "outcome"> {
  return { rowNumber, externalRef, flags, raw, paymentId: null, refundId: null, code: null, message: null };
}

async function bookPayments(tx: SqlTx, run: ImportUnderway, takes: readonly Taken[]) {
  const firsts = new Map<string, Taken>();
  for (const row of takes) if (!firsts.has(row.record.recordKey)) firsts.set(row.record.recordKey, row);
  const payments = new Map<JudgedRow, Payment>();
  for (const row of firsts.values())
    if (row.record.amountMicros > 0n) payments.set(row, toPayment(run, row.record));
  const registered = await insertRecords(
    tx,
    [...firsts.values()].map((row) => {
      const payment = payments.get(row);
      return registerRow(run, row.record, payment ? "payment" : "free", payment?.id ?? null, null);
    }),
  );
  const inserted = new Map([...firsts].filter(([key]) => registered.has(key)));
  const fresh = [...inserted.values()].flatMap((row) => payments.get(row) ?? []);
  await insertPayments(tx, fresh);
  const clearing = accountIdFor(clearingAccount(run.program.id, run.program.currency));
  const receivable = accountIdFor(receivableAccount(run.program.id, run.program.currency));
  const codes = await postTransfers(
    tx,
    fresh.map((payment) => ({
      id: payment.captureTransferId ?? "",
      debitAccountId: receivable,
      creditAccountId: clearing,
      amountMicros: payment.amountMicros,
      code: "capture" as const,
      journalId: payment.id,
      effectiveAt: payment.capturedAt,
    })),
  );
  for (const code of codes) invariant(code === "created", `an import's transfer is created, not ${code}`);
  await insertPaymentEvents(
    tx,
    fresh.map((payment) => ({
      paymentId: payment.id,
      merchantId: payment.merchantId,
      at: run.at,
      kind: "imported",
      detail: { import: toPublicId("import", run.id), amount_micros: payment.amountMicros.toString() },
    })),
  );
  const repeats = takes.filter((row) => inserted.get(row.record.recordKey) !== row);
  const known = await findRecords(
    tx,
    run.program.operatorId,
    repeats.map((row) => row.record.recordKey),
  );
  return { payments, inserted, known };
}

/** What a record is whose key is known: the same again, the same id with other facts, or one of somebody else. */
export function repeated(
  record: AcceptedRecord,
  first: KnownRecord | undefined,
  run: { program: { id: Id<"program"> }; merchantId: Id<"organisation"> },
): Pick<ImportRow, "outcome" | "code" | "message" | "paymentId" | "refundId"> {
  invariant(first, "a record that was not registered was known");
  const of = { paymentId: first.paymentId, refundId: first.refundId };
  if (first.programId !== run.program.id || first.merchantId !== run.merchantId) {
    const message = `A record with this id was imported for ${first.merchantName} in ${first.programName}. Undo that import if it was a mistake.`;
    return { ...of, outcome: "refused", code: "already_imported_elsewhere", message };
  }
  const kind = record.gives ? "refund" : record.amountMicros > 0n ? "payment" : "free";
  const isSame =
    first.kind === kind &&
    first.amountMicros === record.amountMicros &&
    first.currency === record.currency &&
    first.occurredAt.getTime() === record.paidAt.getTime();
  if (isSame) return { ...of, outcome: "duplicate", code: null, message: null };
  const code = "already_imported_otherwise" as const;
  return { ...of, outcome: "refused", code, message: ROW_REFUSALS[code] };
}

/** Null when the record that it names may still come. */
async function bookRefund(
  tx: SqlTx,
  run: ImportUnderway,
  row: Taken,
  isEnd: boolean,
): Promise<ImportRow | null> {
  const { record } = row;
  const base = blankRow(row);
  const back = record.gives?.back ?? "";
  const lookUp = () => findRecords(tx, run.program.operatorId, [record.recordKey, back]);
  const target = (await lookUp()).get(back);
  const payment =
    target?.paymentId && target.kind === "payment" ? await lockPayment(tx, target.paymentId) : null;
  // Under the payment's lock nobody else books the same credit.
  const own = (await lookUp()).get(record.recordKey);
  if (own) return { ...base, ...repeated(record, own, run) };
  const refuse = (code: RowRefusal, message: string = ROW_REFUSALS[code]): ImportRow => ({
    ...base,
    outcome: "refused",
    flags: [...row.flags, { code, sentence: message }],
    paymentId: payment?.id ?? null,
    code,
    message,
  });
  if (!target || !payment) return isEnd ? refuse("credit_names_unknown") : null;
  if (target.programId !== run.program.id || target.merchantId !== run.merchantId) {
    const message = `The payment that the credit names is one of ${target.merchantName} in ${target.programName}.`;
    return refuse("credit_names_elsewhere", message);
  }
  const plan = planRefund(payment, record.amountMicros);
  if (!plan.ok) {
    const money = (micros: bigint) => formatMicros(micros, minorDigits(payment.currency));
    const left = money(payment.capturedMicros - payment.refundedMicros);
    const message = `The credit is ${money(record.amountMicros)} ${payment.currency}, of the payment that it names ${left} is left.`;
    return refuse("credit_exceeds_rest", message);
  }
  const result = await refundWithin(tx, run.scope, {
    paymentId: payment.id,
    amountMicros: record.amountMicros,
    reason: `Credit record ${record.externalRef} of an imported file.`.slice(0, 500),
  });
  invariant(result.ok, "a refund that was planned under the payment's lock is booked");
  await insertRecords(tx, [registerRow(run, record, "refund", payment.id, result.refund.id)]);
  return { ...base, outcome: "refund", paymentId: payment.id, refundId: result.refund.id };
}

function registerRow(
  run: ImportUnderway,
  record: AcceptedRecord,
  kind: ImportedRecordRow["kind"],
  paymentId: Id<"payment"> | null,
  refundId: Id<"refund"> | null,
): ImportedRecordRow {
  return {
    importId: run.id,
    recordKey: record.recordKey,
    operatorId: run.program.operatorId,
    programId: run.program.id,
    merchantId: run.merchantId,
    sourceId: record.sourceId,
    partySourceId: record.partySourceId,
    kind,
    paymentId,
    refundId,
    amountMicros: record.amountMicros,
    currency: record.currency,
    occurredAt: record.paidAt,
  };
}

function toPayment(run: ImportUnderway, record: AcceptedRecord): Payment {
  return {
    id: newIdAt("payment", record.paidAt),
    programId: run.program.id,
    merchantId: run.merchantId,
    deviceId: record.deviceId,
    deviceKind: record.deviceKind,
    zone: record.zone,
    payerId: null,
    instrumentId: null,
    instrumentKind: "external",
    instrumentLabel: record.instrumentLabel,
    source: "import",
    externalRef: record.externalRef,
    deviceSequence: null,
    importId: run.id,
    currency: record.currency,
    amountMicros: record.amountMicros,
    capturedMicros: record.amountMicros,
    refundedMicros: 0n,
    state: "captured",
    declineReason: null,
    description: record.description,
    quantity: record.quantity,
    latitude: record.latitude,
    longitude: record.longitude,
    flags: record.flags,
    riskScore: null,
    captureOnApproval: false,
    occurredAt: record.paidAt,
    authorisedAt: null,
    expiresAt: null,
    capturedAt: record.paidAt,
    closedAt: null,
    holdTransferId: null,
    captureTransferId: newIdAt("transfer", run.at),
    ...PAID_IN_MONEY,
  };
}
