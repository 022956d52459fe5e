/** What captured payments show about usual amounts, for the fraud screen to learn from. */
import type { HabitObservation } from "@/server/fraud/types";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";

/** Programs with payments; few. */
export async function findProgramIds(tx: SqlTx): Promise<Id<"program">[]> {
  const { rows } = await tx.query<{ id: Id<"program"> }>(
    `select id from program where closed_at is null order by id`,
  );
  return rows.map((row) => row.id);
}

/**
 * Counts, means and squared deviations of ln(amount) of payments that devices started and that were captured after
 * `after`, by kind of device, over at most `limit` captures; and the last capture that was looked at.
 */
export async function observeCaptures(
  tx: SqlTx,
  programId: Id<"program">,
  after: bigint,
  limit: number,
): Promise<{ seen: HabitObservation[]; through: bigint; more: boolean }> {
  const { rows: bounds } = await tx.query<{ through: bigint | null; count: bigint }>(
    `select max(capture_seq) as through, count(*) as count from (
       select capture_seq from payment where program_id = $1 and capture_seq > $2 order by capture_seq limit $3) t`,
    [programId, after, limit],
  );
  const through = bounds[0]?.through ?? after;
  const { rows: seen } = await tx.query<HabitObservation>(
    `select $1::uuid as "programId", device_kind as "deviceKind", count(*) as observations,
       avg(ln(amount_micros::float8)) as "meanLog",
       coalesce(regr_sxx(ln(amount_micros::float8), ln(amount_micros::float8)), 0) as "m2Log"
     from payment where program_id = $1 and capture_seq > $2 and capture_seq <= $3 and source = 'device'
     group by device_kind order by device_kind`,
    [programId, after, through],
  );
  return { seen, through, more: Number(bounds[0]?.count ?? 0) === limit };
}
