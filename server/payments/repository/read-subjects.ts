/** What of other things limits need to know. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";

/** Where a device belongs. */
export async function findDevicePlace(
  tx: SqlTx,
  deviceId: Id<"device">,
): Promise<{ programId: Id<"program">; merchantId: Id<"organisation"> } | null> {
  const { rows } = await tx.query<{ programId: Id<"program">; merchantId: Id<"organisation"> }>(
    `select program_id as "programId", merchant_id as "merchantId" from device where id = $1`,
    [deviceId],
  );
  return rows[0] ?? null;
}
