/** What the rows of a file would become, counted without writing: known records are read, nothing is booked. */
import { withScope } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { PlatformScope } from "@/server/platform/scope";
import { ROW_REFUSALS, type RowRefusal } from "../import/constants";
import type { AcceptedRecord, DryRun, ImportRow, JudgedRow } from "../import/types";
import { findRecords, type KnownRecord } from "../repository/keep-imported-records";
import type { ProgramFacts } from "../repository/keep-instruments";
import { blankRow, repeated } from "./book-import";

const MOST_NOTABLE = 50;

export class DryRunTally {
  private readonly rows: DryRun["rows"] = {
    total: 0,
    accepted: 0,
    refund: 0,
    free: 0,
    duplicate: 0,
    refused: 0,
    flagged: 0,
  };
  private acceptedMicros = 0n;
  private refundedMicros = 0n;
  private readonly notable: ImportRow[] = [];
  /** What the file itself has brought so far, by key. */
  private readonly seen = new Map<string, KnownRecord>();
  private waiting: JudgedRow[] = [];

  constructor(
    private readonly scope: PlatformScope,
    private readonly program: ProgramFacts,
    private readonly merchantId: Id<"organisation">,
  ) {}

  async take(rows: readonly JudgedRow[]): Promise<void> {
    const known = await this.lookUp(rows);
    for (const row of rows) {
      if (!row.ok) this.count(row, { outcome: "refused", code: row.code, message: row.message });
      else if (row.record.gives === null) this.takePayment(row, row.record, known);
    }
    for (const row of rows) if (row.ok && row.record.gives) this.takeRefund(row, row.record, known, false);
  }

  /** Credits whose record never came. */
  async end(): Promise<void> {
    const rows = this.waiting;
    const known = await this.lookUp(rows);
    for (const row of rows) if (row.ok) this.takeRefund(row, row.record, known, true);
  }

  result(): Pick<DryRun, "rows" | "acceptedMicros" | "refundedMicros" | "notable"> {
    const { rows, acceptedMicros, refundedMicros, notable } = this;
    return { rows, acceptedMicros, refundedMicros, notable };
  }

  private async lookUp(rows: readonly JudgedRow[]): Promise<Map<string, KnownRecord>> {
    const keys = rows.flatMap((row) =>
      row.ok ? [row.record.recordKey, ...(row.record.gives?.back ? [row.record.gives.back] : [])] : [],
    );
    return await withScope(this.scope, (tx) => findRecords(tx, this.program.operatorId, keys));
  }

  private takePayment(row: JudgedRow, record: AcceptedRecord, known: ReadonlyMap<string, KnownRecord>): void {
    const first = this.seen.get(record.recordKey) ?? known.get(record.recordKey);
    if (first) {
      this.count(row, repeated(record, first, this.whose()));
      return;
    }
    const isFree = record.amountMicros === 0n;
    this.remember(record, isFree ? "free" : "payment");
    if (!isFree) this.acceptedMicros += record.amountMicros;
    this.count(row, { outcome: isFree ? "free" : "accepted" });
  }

  private takeRefund(
    row: JudgedRow,
    record: AcceptedRecord,
    known: ReadonlyMap<string, KnownRecord>,
    isEnd: boolean,
  ): void {
    const own = this.seen.get(record.recordKey) ?? known.get(record.recordKey);
    if (own) {
      this.count(row, repeated(record, own, this.whose()));
      return;
    }
    const back = record.gives?.back ?? "";
    const target = this.seen.get(back) ?? known.get(back);
    if (target?.kind !== "payment") {
      if (isEnd) this.refuse(row, "credit_names_unknown");
      else this.waiting.push(row);
      return;
    }
    if (target.programId !== this.program.id || target.merchantId !== this.merchantId) {
      this.refuse(row, "credit_names_elsewhere");
      return;
    }
    if (record.amountMicros > target.refundableMicros) {
      this.refuse(row, "credit_exceeds_rest");
      return;
    }
    this.seen.set(back, { ...target, refundableMicros: target.refundableMicros - record.amountMicros });
    this.remember(record, "refund");
    this.refundedMicros += record.amountMicros;
    this.count(row, { outcome: "refund" });
  }

  private whose() {
    return { program: this.program, merchantId: this.merchantId };
  }

  private remember(record: AcceptedRecord, kind: KnownRecord["kind"]): void {
    this.seen.set(record.recordKey, {
      recordKey: record.recordKey,
      programId: this.program.id,
      programName: this.program.name,
      merchantId: this.merchantId,
      merchantName: "",
      kind,
      paymentId: null,
      refundId: null,
      amountMicros: record.amountMicros,
      currency: record.currency,
      occurredAt: record.paidAt,
      refundableMicros: kind === "payment" ? record.amountMicros : 0n,
    });
  }

  private refuse(row: JudgedRow, code: RowRefusal): void {
    this.count(row, { outcome: "refused", code, message: ROW_REFUSALS[code] }, true);
  }

  private count(
    row: JudgedRow,
    what: Pick<ImportRow, "outcome"> & Partial<ImportRow>,
    isFlagged = false,
  ): void {
    this.rows.total += 1;
    this.rows[what.outcome] += 1;
    const flagged = isFlagged || row.flags.length > 0;
    if (flagged) this.rows.flagged += 1;
    const isNotable = flagged || what.outcome === "refused";
    if (isNotable && this.notable.length < MOST_NOTABLE) this.notable.push({ ...blankRow(row), ...what });
  }
}
