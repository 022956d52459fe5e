import type { SqlTx } from "@/server/platform/db";
import type { Balance } from "../types";

interface BalanceRow {
  account_id: string;
  debits_pending: bigint | string;
  debits_posted: bigint;
  credits_pending: bigint | string;
  credits_posted: bigint;
}

/** The counters of accounts as they were at a past moment; accounts that did not exist then have zeros. */
export async function findBalancesAt(
  tx: SqlTx,
  accountIds: readonly string[],
  at: Date,
  by: "recorded" | "effective",
): Promise<Map<string, Balance>> {
  const source = by === "recorded" ? "ledger.balance_recorded_at" : "ledger.balance_effective_at";
  const { rows } = await tx.query<BalanceRow>(
    `select i.id as account_id, b.* from unnest($1::uuid[]) as i(id) cross join lateral ${source}(i.id, $2) b`,
    [accountIds, at],
  );
  return new Map(
    rows.map((row) => [
      row.account_id,
      {
        debitsPending: BigInt(row.debits_pending),
        debitsPosted: row.debits_posted,
        creditsPending: BigInt(row.credits_pending),
        creditsPosted: row.credits_posted,
      },
    ]),
  );
}
