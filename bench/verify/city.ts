/** A city whose payments come by a file: a merchant, three agencies, terms with every kind of step, a month a run. */
import { sealBlocks } from "@/server/ledger/jobs";
import { importFile } from "@/server/payments/service/import-file";
import { withClock } from "@/server/platform/clock";
import { hashNewReports } from "@/server/reporting/exports/service";
import { sealEvidence } from "@/server/reporting/proof/service";
import { closePeriod } from "@/server/settlement/service/close-period";
import { bringIntoForce, type City, createCity, termsFor } from "@/server/settlement/testing";

const YEAR = 2026;
const DAY_MS = 86_400_000;
const HEADER =
  "TransactionId,TransactionDateTime,TransactionDate,timeStart,timeExpired,Duration_mins,Amount,PaymentMean,MeterCode,ElementKey\n";
/** So many lines a file: a file of the product may be 256 MiB. */
const LINES = 500_000;

let lines = 0;

export async function openCity(): Promise<City> {
  const calendar = { every: "month", day: 1, cutOff: "00:00", payoutDelayBusinessDays: 1 };
  const city = await createCity({ merchants: 1, calendar });
  await withClock(new Date(Date.UTC(YEAR, 0, 2)), () => bringIntoForce(city, termsFor(city)));
  return city;
}

/** Payments of 0.50 to 9.99, spread evenly over the days 2 to 27 of the month (1 January, 12 December). */
export async function importPayments(city: City, month: number, count: number): Promise<void> {
  const merchant = city.merchants[0];
  if (!merchant) throw new Error("The city has a merchant.");
  for (let from = 0; from < count; from += LINES) {
    const size = Math.min(LINES, count - from);
    const result = await importFile(city.creator, {
      programId: city.programId,
      merchantId: merchant.id,
      format: "auto",
      currency: "EUR",
      fileName: `${month}-${from}.csv`,
      stream: fileOf(month, from, size, count),
    });
    if (!result.ok) throw new Error(result.message);
    if (result.import.rowsAccepted !== size)
      throw new Error(`${result.import.rowsRefused} lines were refused.`);
  }
}

async function* fileOf(month: number, from: number, size: number, count: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(HEADER);
  const start = Date.UTC(YEAR, month - 1, 2);
  for (let at = 0; at < size; at += 1_000) {
    let text = "";
    for (let line = at; line < Math.min(at + 1_000, size); line++) {
      lines += 1;
      const moment = new Date(start + Math.floor(((from + line) / count) * 25 * DAY_MS)).toISOString();
      const [day, time] = [moment.slice(0, 10), moment.slice(11, 19)];
      const cents = 50 + ((lines * 37) % 950);
      text += `${lines},${day} ${time},${day},${time},23:59:59,85,${(cents / 100).toFixed(2)},COINS,${1_000 + (lines % 300)},6198\n`;
    }
    yield Buffer.from(text);
  }
}

/** Ends of the months in the city's zone, whose clocks go back in October. */
const ENDS: Record<number, string> = { 9: "2026-09-30T22:00:00Z", 10: "2026-10-31T23:00:00Z" };

export async function closeMonth(city: City, month: number): Promise<void> {
  const closed = await closePeriod(city.creator, city.programId, new Date(ENDS[month] ?? ""));
  if (!closed.ok) throw new Error(`${month}: ${closed.message}`);
  while ((await hashNewReports()) > 0);
}

export async function sealAll(): Promise<void> {
  while (await sealBlocks());
  while ((await sealEvidence()) !== null);
}
