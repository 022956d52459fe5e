/** One window with a great many records: filled, closed, its pages read and all of it downloaded. */

import { closeDueWindows } from "@/server/payments/service/close-windows";
import { getPayment, listPayments } from "@/server/payments/service/list-payments";
import { listUsageRecords } from "@/server/payments/service/list-usage";
import { recordUsage } from "@/server/payments/service/record-usage";
import { addDevice } from "@/server/payments/testing";
import { withClock } from "@/server/platform/clock";
import { openUsageExport, USAGE_FORMATS } from "@/server/reporting/exports/write-usage";
import { median, percentile, type Row, timed } from "../measure";
import { nextBatch, openWorld } from "./world";

const BATCH = 1_000;
const METERS = 4;
const PAGE = 50;

export async function fillAndRead(size: number, say: (text: string) => void): Promise<Row[]> {
  if (size === 0) return [];
  const world = await openWorld("wallet");
  const meters = [world.device];
  while (meters.length < METERS) meters.push(await addDevice(world.programId, world.merchantId));
  const plain = (measure: string, result: string, detail: Record<string, unknown> = {}): Row => ({
    measure,
    result,
    against: "",
    ratio: null,
    bar: "",
    holds: null,
    detail,
  });
  const rows: Row[] = [];
  const words = size.toLocaleString("en");

  const batches: number[] = [];
  const filled = await timed(async () => {
    for (let sent = 0; sent < size; sent += BATCH) {
      const batch = nextBatch(world, Math.min(BATCH, size - sent));
      const meter = meters[(sent / BATCH) % METERS] ?? world.device;
      batches.push(
        await timed(async () => {
          const result = await recordUsage(meter, batch);
          if (!result.ok || result.recorded !== batch.length)
            throw new Error("A record of the bench was refused.");
        }),
      );
      if ((sent / BATCH) % 100 === 99) say(`${(sent + BATCH).toLocaleString("en")} of ${words} records`);
    }
  });
  const tenth = Math.max(1, Math.floor(batches.length / 10));
  const [first, last] = [median(batches.slice(0, tenth)), median(batches.slice(-tenth))];
  rows.push({
    measure: `batch of 1 000, the last tenth of ${words} into one window, against the first tenth`,
    result: `${last.toFixed(1)} ms, all in ${(filled / 1000).toFixed(1)} s`,
    against: `${first.toFixed(1)} ms`,
    ratio: last / first,
    bar: "≤ 1.5",
    holds: last / first <= 1.5,
    detail: { seconds: filled / 1000, perSecond: (size * 1000) / filled },
  });

  const tomorrow = new Date(Date.now() + 25 * 3_600_000);
  const closing = await timed(() => withClock(tomorrow, () => closeDueWindows()));
  rows.push(plain(`closing the window of ${words} records`, `${closing.toFixed(1)} ms`));

  const [payment] = (await listPayments(world.merchant, {}, { limit: 1 })).items;
  if (!payment) throw new Error("The window did not become a payment.");
  const { window } = await getPayment(world.merchant, payment.id);
  if (window?.recordCount !== BigInt(size)) throw new Error("The window does not hold all records.");
  rows.push(await pages(world, payment.id, words));

  for (const format of USAGE_FORMATS) {
    const before = process.memoryUsage().rss;
    let peak = before;
    let bytes = 0;
    let lines = format === "csv" ? -1 : 0;
    const took = await timed(async () => {
      const file = await openUsageExport(world.merchant, payment.id, format);
      for await (const chunk of file.chunks()) {
        bytes += chunk.length;
        for (let at = chunk.indexOf("\n"); at >= 0; at = chunk.indexOf("\n", at + 1)) lines++;
        peak = Math.max(peak, process.memoryUsage().rss);
      }
    });
    if (lines !== size) throw new Error(`The download has ${lines} lines instead of ${size}.`);
    const mebibytes = (value: number) => (value / 2 ** 20).toFixed(0);
    rows.push(
      plain(
        `download of ${words} records as ${format}`,
        `${(took / 1000).toFixed(1)} s, ${mebibytes(bytes)} MiB; memory ${mebibytes(before)} to at most ${mebibytes(peak)} MiB`,
        { seconds: took / 1000, bytes, memoryBefore: before, memoryPeak: peak },
      ),
    );
  }
  return rows;
}

type World = Awaited<ReturnType<typeof openWorld>>;

/** Pages at the beginning and far inside, each reached by its key. */
async function pages(
  world: World,
  paymentId: Parameters<typeof listUsageRecords>[1],
  words: string,
): Promise<Row> {
  const firsts: number[] = [];
  for (let i = 0; i < 30; i++) {
    firsts.push(await timed(() => listUsageRecords(world.merchant, paymentId, { limit: PAGE })));
  }
  const file = await listUsageRecords(world.merchant, paymentId, { limit: 1 });
  const start = file.items[0]?.occurredAt.getTime() ?? 0;
  const far: number[] = [];
  for (let i = 0; i < 30; i++) {
    const at = new Date(start + ((Date.now() - start) * (i + 20)) / 60).toISOString();
    const cursor = Buffer.from(JSON.stringify([at, world.deviceId, ""])).toString("base64url");
    far.push(await timed(() => listUsageRecords(world.merchant, paymentId, { limit: PAGE, cursor })));
  }
  const [near, deep] = [median(firsts), median(far)];
  return {
    measure: `a page of ${PAGE} deep inside ${words} records, against the first page`,
    result: `${deep.toFixed(1)} ms`,
    against: `${near.toFixed(1)} ms`,
    ratio: deep / near,
    bar: "≤ 1.5",
    holds: deep / near <= 1.5,
    detail: { firstP95: percentile(firsts, 0.95), deepP95: percentile(far, 0.95) },
  };
}
