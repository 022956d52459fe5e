/**
 * A statement's report as text, piece by piece. Nothing in it depends on when or by whom it is made, so that it is the
 * same to the byte whenever it is made again.
 */
import { CSV_BEGINNING, csvLocalTime, csvRow } from "@/server/platform/csv";
import { toPublicId } from "@/server/platform/ids";
import { formatMicros, isCurrency, minorDigits } from "@/server/platform/money";
import type { ReportLeg, ReportLine, ReportSource } from "@/server/settlement/service/read-report";

export interface ReportParts extends ReportSource {
  lines: () => AsyncGenerator<ReportLine[]>;
  legs: () => AsyncGenerator<ReportLeg[]>;
}

/** Figures that the itemised part has to reach; a report that does not is cut off and never ends well. */
export class ReportDiffersError extends Error {
  constructor(statementId: string) {
    super(`The itemised payments of statement ${statementId} do not add up to it.`);
    this.name = "ReportDiffersError";
  }
}

const COLUMNS = [
  "record",
  "item",
  "value",
  "day",
  "time",
  "local_time",
  "payment_id",
  "source_id",
  "refund",
  "merchant",
  "device_kind",
  "description",
  "rule",
  "step",
  "step_kind",
  "payments",
  "gross",
  "amount",
  "refunds",
  "currency",
] as const;
type Column = (typeof COLUMNS)[number];

function moneyText(source: ReportSource): (micros: bigint) => string {
  const { currency } = source.statement;
  const digits = isCurrency(currency) ? minorDigits(currency) : 2;
  return (micros) => formatMicros(micros, digits);
}

function headerOf({ statement, agreements }: ReportSource): [string, string][] {
  return [
    ["report", "settlement statement"],
    ["format", "2"],
    ["party", statement.party_name],
    ["party_id", toPublicId("organisation", statement.party_id)],
    ["program", statement.program_name],
    ["program_id", toPublicId("program", statement.program_id)],
    ["statement_id", toPublicId("statement", statement.id)],
    ["run_id", toPublicId("settlementRun", statement.run_id)],
    ["period_start", statement.period_start.toISOString()],
    ["period_end", statement.period_end.toISOString()],
    ["time_zone", statement.time_zone],
    ["currency", statement.currency],
    ...agreements.flatMap(({ id, version, terms_sha256 }): [string, string][] => [
      ["agreement", `v${version} ${toPublicId("agreement", id)} sha256:${terms_sha256}`],
    ]),
  ];
}

function summaryOf({ statement, extras }: ReportSource): { item: string; text: string; micros: bigint }[] {
  const row = (item: string, micros: bigint, text = "") => ({ item, text, micros });
  return [
    row("opening", statement.opening_micros),
    row("gross", statement.gross_micros, "of all payments in which the party has a part"),
    row("allocated", statement.allocated_micros),
    row("refunds", statement.refunds_micros),
    row("guarantees", statement.guarantees_micros),
    row("reserve", statement.reserve_micros),
    row("adjustments", statement.adjustments_micros),
    row("returned_payouts", statement.returned_micros),
    row("payout", -statement.payout_micros),
    row("closing", statement.closing_micros),
    ...extras.map(({ kind, text, micros }) => row(kind, micros, text)),
  ];
}

/** Sums what is written, to hold it against the statement at the end. */
class Tally {
  payments = 0n;
  refunds = 0n;
  count = 0;

  add(leg: ReportLeg): void {
    this.count += 1;
    if (leg.refund_ordinal === 0) this.payments += leg.amount_micros;
    else this.refunds += leg.amount_micros;
  }

  check({ statement }: ReportSource): void {
    if (this.payments === statement.allocated_micros && this.refunds === statement.refunds_micros) return;
    throw new ReportDiffersError(statement.id);
  }
}

/** CSV of one table; the first column says what a row is: header, summary, line, payment or total. */
export async function* writeCsv(parts: ReportParts): AsyncGenerator<string> {
  const money = moneyText(parts);
  const { currency } = parts.statement;
  const row = (cells: Partial<Record<Column, string>>) =>
    csvRow(COLUMNS.map((column) => cells[column] ?? ""));
  yield `${CSV_BEGINNING}${csvRow(COLUMNS)}`;
  yield headerOf(parts)
    .map(([item, value]) => row({ record: "header", item, value }))
    .join("");
  yield summaryOf(parts)
    .map(({ item, text, micros }) =>
      row({ record: "summary", item, value: text, amount: money(micros), currency }),
    )
    .join("");
  for await (const lines of parts.lines()) {
    yield lines
      .map((line) =>
        row({
          record: "line",
          day: line.day,
          rule: line.rule,
          step: line.step,
          step_kind: line.step_kind,
          payments: line.payment_count.toString(),
          gross: money(line.gross_micros),
          amount: money(line.amount_micros),
          refunds: money(line.refund_micros),
          currency,
        }),
      )
      .join("");
  }
  const tally = new Tally();
  for await (const legs of parts.legs()) {
    yield legs
      .map((leg) => {
        tally.add(leg);
        return row({
          record: leg.refund_ordinal === 0 ? "payment" : "refund",
          time: leg.effective_at.toISOString(),
          local_time: csvLocalTime(leg.effective_at, parts.statement.time_zone),
          source_id: leg.source_id ?? "",
          payment_id: toPublicId("payment", leg.payment_id),
          refund: leg.refund_ordinal === 0 ? "" : String(leg.refund_ordinal),
          merchant: leg.merchant_slug,
          device_kind: leg.device_kind,
          description: leg.description ?? "",
          rule: leg.rule,
          step: leg.step,
          step_kind: leg.step_kind,
          gross: money(leg.captured_micros),
          amount: money(leg.amount_micros),
          currency,
        });
      })
      .join("");
  }
  tally.check(parts);
  yield row({ record: "total", item: "payments", amount: money(tally.payments), currency });
  yield row({ record: "total", item: "refunds", amount: money(tally.refunds), currency });
  yield row({
    record: "total",
    item: "balance",
    amount: money(parts.statement.payout_micros + parts.statement.closing_micros),
    currency,
  });
}

/** The same as one JSON document, in the same order. */
export async function* writeJson(parts: ReportParts): AsyncGenerator<string> {
  const money = moneyText(parts);
  const agreements = parts.agreements.map(({ id, version, terms_sha256 }) => ({
    id: toPublicId("agreement", id),
    version,
    sha256: terms_sha256,
  }));
  const header = {
    ...Object.fromEntries(headerOf(parts).filter(([item]) => item !== "agreement")),
    agreements,
  };
  const summary = summaryOf(parts).map(({ item, text, micros }) => ({
    item,
    ...(text ? { text } : {}),
    amount: money(micros),
  }));
  yield `{"header":${JSON.stringify(header)},\n"summary":${JSON.stringify(summary)},\n"lines":[`;
  let separator = "\n";
  for await (const lines of parts.lines()) {
    yield lines
      .map((line) => {
        const text = JSON.stringify({
          day: line.day,
          rule: line.rule,
          step: line.step,
          stepKind: line.step_kind,
          payments: Number(line.payment_count),
          gross: money(line.gross_micros),
          amount: money(line.amount_micros),
          refunds: money(line.refund_micros),
        });
        const piece = `${separator}${text}`;
        separator = ",\n";
        return piece;
      })
      .join("");
  }
  yield '],\n"payments":[';
  separator = "\n";
  const tally = new Tally();
  for await (const legs of parts.legs()) {
    yield legs
      .map((leg) => {
        tally.add(leg);
        const text = JSON.stringify({
          time: leg.effective_at.toISOString(),
          paymentId: toPublicId("payment", leg.payment_id),
          sourceId: leg.source_id,
          refund: leg.refund_ordinal,
          merchant: leg.merchant_slug,
          deviceKind: leg.device_kind,
          description: leg.description,
          rule: leg.rule,
          step: leg.step,
          stepKind: leg.step_kind,
          gross: money(leg.captured_micros),
          amount: money(leg.amount_micros),
        });
        const piece = `${separator}${text}`;
        separator = ",\n";
        return piece;
      })
      .join("");
  }
  tally.check(parts);
  const totals = {
    payments: money(tally.payments),
    refunds: money(tally.refunds),
    balance: money(parts.statement.payout_micros + parts.statement.closing_micros),
  };
  yield `],\n"totals":${JSON.stringify(totals)}}\n`;
}
