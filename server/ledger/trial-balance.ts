/** Every account of a currency, gathered by kind and program, at any moment: debits must equal credits. */
import type { SqlTx } from "@/server/platform/db";
import { toPublicId } from "@/server/platform/ids";
import { type Currency, toMoneyJson } from "@/server/platform/money";
import { type AccountCode, NORMAL_SIDE } from "./constants";
import type { TrialBalance } from "./schema";
import { balancesAt, listAccounts } from "./service";

const CHUNK = 2_000;

interface Sum {
  code: AccountCode;
  programId: string | null;
  accounts: number;
  debits: bigint;
  credits: bigint;
}

/**
 * The counters of now when `at` is null, otherwise those of a past moment, by index look-ups account after account.
 * Posted money alone: what is only reserved belongs to nobody yet. Accounts that nothing has moved are left out.
 */
export async function readTrialBalance(
  tx: SqlTx,
  currency: Currency,
  at: Date | null,
  by: "recorded" | "effective",
): Promise<TrialBalance> {
  const sums = new Map<string, Sum>();
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listAccounts>> = await listAccounts(
      tx,
      { currency, active: true },
      { cursor, limit: CHUNK },
    );
    const past = at
      ? await balancesAt(
          tx,
          page.rows.map(({ id }) => id),
          at,
          by,
        )
      : null;
    for (const account of page.rows) {
      const balance = past ? past.get(account.id) : account;
      if (!balance || (balance.debitsPosted === 0n && balance.creditsPosted === 0n)) continue;
      const key = `${account.code}/${account.programRef ?? ""}`;
      const sum = sums.get(key) ?? {
        code: account.code,
        programId: account.programRef && toPublicId("program", account.programRef),
        accounts: 0,
        debits: 0n,
        credits: 0n,
      };
      sum.accounts += 1;
      sum.debits += balance.debitsPosted;
      sum.credits += balance.creditsPosted;
      sums.set(key, sum);
    }
    cursor = page.nextCursor;
  } while (cursor);

  const rows = [...sums.values()].map((sum) => ({ ...sum, ...sidesOf(sum) }));
  const total = (of: "debits" | "credits" | "debitBalance" | "creditBalance") =>
    rows.reduce((all, row) => all + row[of], 0n);
  return {
    currency,
    at: at?.toISOString() ?? null,
    by,
    rows: rows.map((row) => ({
      code: row.code,
      programId: row.programId,
      accounts: row.accounts,
      debits: toMoneyJson(row.debits, currency),
      credits: toMoneyJson(row.credits, currency),
      debitBalance: toMoneyJson(row.debitBalance, currency),
      creditBalance: toMoneyJson(row.creditBalance, currency),
    })),
    totals: {
      debits: toMoneyJson(total("debits"), currency),
      credits: toMoneyJson(total("credits"), currency),
      debitBalance: toMoneyJson(total("debitBalance"), currency),
      creditBalance: toMoneyJson(total("creditBalance"), currency),
    },
    balanced: total("debits") === total("credits"),
  };
}

/** A balance of nothing stands, as zero, on the side on which accounts of the code grow. */
function sidesOf({ code, debits, credits }: Sum): { debitBalance: bigint; creditBalance: bigint } {
  const net = debits - credits;
  const onDebit = net > 0n || (net === 0n && NORMAL_SIDE[code] === "debit");
  return onDebit ? { debitBalance: net, creditBalance: 0n } : { debitBalance: 0n, creditBalance: -net };
}
