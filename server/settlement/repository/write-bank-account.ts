/** Rows of bank accounts. What may become of one is held by the database. */
import type { SqlTx } from "@/server/platform/db";
import type { BankAccountState } from "../constants";

export interface BankAccountRow {
  id: string;
  organisation_id: string;
  currency: string;
  holder: string;
  iban: string;
  bank_name: string;
  state: BankAccountState;
  created_by: string | null;
  created_at: Date;
  confirmation_id: string | null;
  usable_from: Date | null;
  activated_at: Date | null;
  disabled_at: Date | null;
  disabled_reason: string | null;
}

export interface NewBankAccount {
  id: string;
  organisationId: string;
  currency: string;
  holder: string;
  iban: string;
  bankName: string;
  createdBy: string;
  at: Date;
}

/** False when another account of this currency waits already. */
export async function insertBankAccount(tx: SqlTx, account: NewBankAccount): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into bank_account (id, organisation_id, currency, holder, iban, bank_name, created_by, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      account.id,
      account.organisationId,
      account.currency,
      account.holder,
      account.iban,
      account.bankName,
      account.createdBy,
      account.at,
    ],
  );
  return rowCount > 0;
}

export async function findBankAccount(tx: SqlTx, id: string): Promise<BankAccountRow | null> {
  const { rows } = await tx.query<BankAccountRow>("select * from bank_account where id = $1 for update", [
    id,
  ]);
  return rows[0] ?? null;
}

export interface BankAccountListRow extends BankAccountRow {
  entered_by_name: string | null;
  confirmed_by_name: string | null;
  confirmed_at: Date | null;
  waiting_id: string | null;
  waiting_sha256: string | null;
  expires_at: Date | null;
  /** Why the person who asks may not confirm it; null when they may, or when nothing waits. */
  fault: string | null;
  proposed_by: string | null;
}

/** Newest first, with who entered and who confirmed each. */
export async function listBankAccountRows(
  tx: SqlTx,
  organisationId: string,
  by: { userId: string | null; organisationId: string; at: Date },
): Promise<BankAccountListRow[]> {
  const { rows } = await tx.query<BankAccountListRow>(
    `select b.*, e.name as entered_by_name, s.name as confirmed_by_name, c.confirmed_at, w.id as waiting_id,
            w.payload_sha256 as waiting_sha256, w.expires_at, w.proposed_by,
            case when w.id is not null and $2::uuid is not null then confirmation_fault(w.id, $2, $3, $4) end as fault
       from bank_account b
       left join app_user e on e.id = b.created_by
       left join confirmation c on c.id = b.confirmation_id
       left join app_user s on s.id = c.confirmed_by
       left join confirmation w on w.subject_id = b.id and w.action = 'bank_account.use'
         and w.confirmed_by is null and w.outcome is null
      where b.organisation_id = $1 order by b.id desc limit 100`,
    [organisationId, by.userId, by.organisationId, by.at],
  );
  return rows;
}

export async function restBankAccount(tx: SqlTx, id: string, confirmationId: string): Promise<void> {
  await tx.query("update bank_account set state = 'resting', confirmation_id = $2 where id = $1", [
    id,
    confirmationId,
  ]);
}

export async function activateBankAccount(tx: SqlTx, id: string, at: Date): Promise<void> {
  await tx.query("update bank_account set state = 'active', activated_at = $2 where id = $1", [id, at]);
}

export async function refuseBankAccount(tx: SqlTx, id: string): Promise<void> {
  await tx.query("update bank_account set state = 'refused' where id = $1 and state = 'waiting'", [id]);
}

/** Ends the use of an account; gives it, or null when it was in no use. */
export async function disableBankAccount(
  tx: SqlTx,
  which: { organisationId: string; currency: string } | { id: string },
  end: { at: Date; reason: string },
): Promise<BankAccountRow | null> {
  const { rows } = await tx.query<BankAccountRow>(
    `update bank_account set state = 'disabled', disabled_at = $1, disabled_reason = $2
      where ${"id" in which ? "id = $3 and state in ('active', 'resting')" : "organisation_id = $3 and currency = $4 and state = 'active'"}
      returning *`,
    "id" in which
      ? [end.at, end.reason, which.id]
      : [end.at, end.reason, which.organisationId, which.currency],
  );
  return rows[0] ?? null;
}

/** Accounts that two people want and that have rested for long enough. */
export async function listRested(tx: SqlTx, at: Date): Promise<{ id: string; organisation_id: string }[]> {
  const { rows } = await tx.query<{ id: string; organisation_id: string }>(
    "select id, organisation_id from bank_account where state = 'resting' and usable_from <= $1 order by id limit 200",
    [at],
  );
  return rows;
}
