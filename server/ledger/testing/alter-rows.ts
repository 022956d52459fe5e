/** What only a superuser can do: change rows of the ledger with its guards off. */
import { withOwner } from "@/server/platform/db";

/** Runs the statements with the triggers disabled, and puts the guards back. */
export async function alterRows(databaseUrl: string, statements: string): Promise<void> {
  await withOwner(async (owner) => {
    await owner.query(`alter table ledger.transfer disable trigger user; alter table ledger.account disable trigger user;
      alter table ledger.block disable trigger user`);
    await owner.query(statements);
    await owner.query(`alter table ledger.transfer enable always trigger transfer_append_only;
      alter table ledger.account enable always trigger account_permanent;
      alter table ledger.account enable always trigger account_identity;
      alter table ledger.block enable always trigger block_append_only`);
  }, databaseUrl);
}
