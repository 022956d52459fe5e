/** The proof of the whole on a city of two months, and the allocator with and without the log of its legs. */
import { withOwner } from "@/server/platform/db";
import type { CheckResult } from "@/server/reporting/proof/schema";
import { proveWhole } from "@/server/reporting/proof/service";
import { allocatePending } from "@/server/settlement/service/allocate-pending";
import { interleaved, median, type Row, ratioByRound, timed } from "../measure";
import type { BenchOptions } from "../run";
import { closeMonth, importPayments, openCity, sealAll } from "./city";

/** Payments that the allocator takes at once. */
export const BATCH = 2_000;

interface Proof {
  seconds: number;
  peakMib: number;
  startMib: number;
  checks: CheckResult[];
}

/** A month of a tenth, then a second month with the rest: the same shape of data, ten times as much of it. */
export async function proveAtTwoSizes(options: BenchOptions): Promise<Row[]> {
  const city = await openCity();
  const tenth = Math.round(options.size / 10);
  const proofs: Proof[] = [];
  for (const { month, count } of [
    { month: 9, count: tenth },
    { month: 10, count: options.size - tenth },
  ]) {
    const imported = await timed(() => importPayments(city, month, count));
    const allocated = await timed(() => allocatePending(city.programId));
    const closed = await timed(() => closeMonth(city, month));
    const sealed = await timed(sealAll);
    const each = [imported, allocated, closed, sealed].map((ms) => `${(ms / 1000).toFixed(0)} s`);
    options.onProgress(
      `${count} payments: imported ${each[0]}, split ${each[1]}, settled ${each[2]}, sealed ${each[3]}`,
    );
    await withOwner((client) => client.query("vacuum analyze"));
    proofs.push(await prove());
  }
  const [small, whole] = proofs;
  if (!small || !whole) throw new Error("Both sizes were proven.");
  const perPayment = whole.seconds / options.size / (small.seconds / tenth);
  const memory = ({ startMib, peakMib }: Proof) => `memory ${startMib} to at most ${peakMib} MiB`;
  return [
    {
      measure: `the whole proof of ${options.size.toLocaleString("en")} payments, a payment, against ${tenth.toLocaleString("en")}`,
      result: `${whole.seconds.toFixed(1)} s, ${memory(whole)}`,
      against: `${small.seconds.toFixed(1)} s, ${memory(small)}`,
      ratio: perPayment,
      bar: "≤ 1.5",
      holds: perPayment <= 1.5,
    },
    ...whole.checks.map(({ title, seconds }, at): Row => {
      const before = small.checks[at]?.seconds ?? 0;
      return {
        measure: title,
        result: `${seconds.toFixed(2)} s`,
        against: `${before.toFixed(2)} s`,
        ratio: null,
        bar: "",
        holds: null,
      };
    }),
  ];
}

/** Proves with nothing planted, so that every finding is a fault of the bench or of the product. */
async function prove(): Promise<Proof> {
  const mib = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
  const startMib = mib();
  let peakMib = startMib;
  const watch = setInterval(() => {
    peakMib = Math.max(peakMib, mib());
  }, 50);
  const checks: CheckResult[] = [];
  try {
    const ms = await timed(async () => {
      for await (const check of proveWhole()) checks.push(check);
    });
    const bad = checks.filter(({ ok }) => !ok);
    if (bad.length > 0) throw new Error(`The proof found something: ${JSON.stringify(bad.slice(0, 3))}`);
    return { seconds: ms / 1000, peakMib, startMib, checks };
  } finally {
    clearInterval(watch);
  }
}

/** Batches with and without the recording of legs; without, only for the time of a batch. */
export async function recordLegs({ rounds }: BenchOptions): Promise<Row> {
  const city = await openCity();
  await importPayments(city, 9, BATCH * 2 * (rounds + 2));
  const recording = async (on: boolean) => {
    const word = on ? "enable always" : "disable";
    await withOwner((client) => client.query(`alter table allocation_leg ${word} trigger evidence_insert`));
  };
  const batch = async (on: boolean) => {
    await recording(on);
    return await timed(() => allocatePending(city.programId, BATCH));
  };
  for (const on of [true, false]) await batch(on);
  const times = await interleaved(rounds, { recorded: () => batch(true), bare: () => batch(false) });
  await recording(true);
  const { ratio, spread } = ratioByRound(times.recorded, times.bare);
  const rate = (ms: number) => `${Math.round((BATCH * 1000) / ms).toLocaleString("en")}/s`;
  return {
    measure: `splitting ${BATCH.toLocaleString("en")} payments with their legs recorded, against without`,
    result: rate(median(times.recorded)),
    against: rate(median(times.bare)),
    ratio,
    spread,
    bar: "",
    holds: null,
  };
}
