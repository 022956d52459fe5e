/** Closed loops: batches against single callers and a peer, and single callers through group commit against alone. */
import { createGroupCommit } from "@/server/ledger/group-commit";
import { parseCodes, postStatement, type TransferEvent } from "@/server/ledger/repository/post-events";
import { closedLoop, interleaved, type Loop, medianLoop, type Row, ratioByRound } from "../measure";
import type { BenchOptions } from "../run";
import type { Peer } from "./peer";
import { atLeast, latencies, perSecond } from "./rows";
import { type Bench, batchOf, nextEvent, post } from "./setup";

const CALLERS = 20;
/** Enough for the next batch to wait at the server when one is done; they share a pipelined connection. */
const BATCHERS = 2;

const rates = (loops: readonly Loop[], size = 1) => loops.map((loop) => loop.perSecond * size);

export async function measureBatches(
  bench: Bench,
  peer: Peer | null,
  options: BenchOptions,
  say: (row: Row) => void,
): Promise<void> {
  const { seconds, rounds } = options;
  const alone = () => closedLoop(CALLERS, seconds, () => post(bench.pool, [nextEvent(bench)]));
  const batches = (size: number) => () =>
    closedLoop(BATCHERS, seconds, () => post(bench.lane, batchOf(bench, size)));
  const peerBatch = peer?.postBatch;
  const loops = await interleaved<string, Loop>(rounds, {
    alone,
    100: batches(100),
    1000: batches(1000),
    ...(peer ? { peer: () => closedLoop(CALLERS, seconds, () => peer.post()) } : {}),
    ...(peerBatch ? { peerBatch: () => closedLoop(BATCHERS, seconds, () => peerBatch(100)) } : {}),
  });
  const add = (size: 100 | 1000, side: string, name: string, bar: number | null, sideSize = 1) => {
    const ours = loops[size] ?? [];
    const theirs = loops[side] ?? [];
    say({
      measure: `batches of ${size.toLocaleString("en")}, 2 callers, against ${name}`,
      result: perSecond(medianLoop(ours).perSecond * size),
      against: perSecond(medianLoop(theirs).perSecond * sideSize),
      ...atLeast(ratioByRound(rates(ours, size), rates(theirs, sideSize)), bar),
      detail: { ours, theirs },
    });
  };
  add(100, "alone", `${CALLERS} callers with one transfer a call`, 8);
  add(1000, "alone", `${CALLERS} callers with one transfer a call`, 12);
  if (!peer) return;
  add(100, "peer", `${peer.name}, ${CALLERS} callers with one transfer a call`, peer.bars?.[0] ?? null);
  add(1000, "peer", `${peer.name}, ${CALLERS} callers with one transfer a call`, peer.bars?.[1] ?? null);
  if (peerBatch) add(100, "peerBatch", `${peer.name}'s own batches of 100, 2 callers`, null, 100);
  const mine = loops.alone ?? [];
  const theirs = loops.peer ?? [];
  say({
    measure: `${CALLERS} callers with one transfer a call, against the same of ${peer.name}`,
    result: `${perSecond(medianLoop(mine).perSecond)} ${latencies(medianLoop(mine))}`,
    against: `${perSecond(medianLoop(theirs).perSecond)} ${latencies(medianLoop(theirs))}`,
    ...atLeast(ratioByRound(rates(mine), rates(theirs)), null),
  });
}

/** One transfer a call: through the process's group commit, and each as a commit of its own. */
export async function measureCallers(
  bench: Bench,
  options: BenchOptions,
  say: (row: Row) => void,
): Promise<void> {
  const { seconds, rounds } = options;
  const line = lineOf(bench);
  for (const [callers, bar] of [
    [1, null],
    [16, 4],
    [64, 10],
  ] as const) {
    const loops = await interleaved(rounds, {
      alone: () => closedLoop(callers, seconds, () => post(bench.pool, [nextEvent(bench)])),
      shared: () => closedLoop(callers, seconds, () => line(nextEvent(bench))),
    });
    const alone = medianLoop(loops.alone);
    const shared = medianLoop(loops.shared);
    const measured = ratioByRound(rates(loops.shared), rates(loops.alone));
    say({
      measure: `${callers} ${callers === 1 ? "caller" : "callers"} through group commit, against each alone (p50/p95/p99)`,
      result: `${perSecond(shared.perSecond)} ${latencies(shared)}`,
      against: `${perSecond(alone.perSecond)} ${latencies(alone)}`,
      ...atLeast(measured, null),
      ...(bar
        ? { bar: `≥ ${bar}, p99 not above`, holds: measured.ratio >= bar && shared.p99 <= alone.p99 }
        : {}),
      detail: loops,
    });
  }
}

/** One transfer through a group commit over the bench's pool. */
export function lineOf(bench: Bench): (event: TransferEvent) => Promise<void> {
  const line = createGroupCommit({
    send: async (events) => {
      const { text, params } = postStatement(events);
      const { rows } = await bench.pool.query<{ codes: string }>({ name: "post", text, values: params });
      return parseCodes(rows[0]?.codes ?? "");
    },
  });
  return async (event) => {
    const answer = await line.post([
      {
        id: event.id,
        debitAccountId: event.debit ?? "",
        creditAccountId: event.credit ?? "",
        amountMicros: event.amount ?? 0n,
        code: "capture",
      },
    ]);
    if (!answer.ok || answer.results[0] !== "created")
      throw new Error("A transfer of the bench was refused.");
  };
}
