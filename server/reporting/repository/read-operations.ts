/** What waits for somebody: cases, payouts, exceptions, agreements, devices. */
import type { SqlTx } from "@/server/platform/db";

export interface DeviceCounts {
  active: bigint;
  silent: bigint;
  suspended: bigint;
  total: bigint;
}

/** `silent`: active, and not heard of since `silentSince`. */
export async function countDevices(tx: SqlTx, programId: string, silentSince: Date): Promise<DeviceCounts> {
  const { rows } = await tx.query<DeviceCounts>(
    `select count(*) filter (where state = 'active') as active,
            count(*) filter (where state = 'active' and coalesce(last_seen_at, created_at) < $2) as silent,
            count(*) filter (where state = 'suspended') as suspended, count(*) as total
       from device where program_id = $1 and state <> 'retired'`,
    [programId, silentSince],
  );
  return rows[0] ?? { active: 0n, silent: 0n, suspended: 0n, total: 0n };
}

export async function countDevicesToLookAt(tx: SqlTx, silentSince: Date): Promise<bigint> {
  const { rows } = await tx.query<{ count: bigint }>(
    `select count(*) as count from device
      where state = 'suspended' or (state = 'active' and coalesce(last_seen_at, created_at) < $1)`,
    [silentSince],
  );
  return rows[0]?.count ?? 0n;
}

export interface QueueCounts {
  open: bigint;
  at_stake: bigint;
  due_soon: bigint;
}

export async function countOpenCases(tx: SqlTx, programId: string, dueBefore: Date): Promise<QueueCounts> {
  const { rows } = await tx.query<QueueCounts>(
    `select count(*) as open, coalesce(sum(amount_micros), 0)::bigint as at_stake,
            count(*) filter (where due_at < $2) as due_soon
       from review_case where program_id = $1 and state in ('open', 'escalated')`,
    [programId, dueBefore],
  );
  return rows[0] ?? { open: 0n, at_stake: 0n, due_soon: 0n };
}

export async function readUnallocated(
  tx: SqlTx,
  programId: string,
): Promise<{ micros: bigint; oldest_seconds: number | null }> {
  const { rows } = await tx.query<{ micros: bigint; oldest_seconds: number | null }>(
    `select coalesce(sum(captured_micros), 0)::bigint as micros, extract(epoch from clock_timestamp() - min(recorded_at))::int as oldest_seconds
       from payment where program_id = $1 and capture_seq is not null and allocated_at is null`,
    [programId],
  );
  return rows[0] ?? { micros: 0n, oldest_seconds: null };
}

export async function countPayoutsWaiting(
  tx: SqlTx,
  programId: string,
): Promise<{ count: bigint; micros: bigint }> {
  const { rows } = await tx.query<{ count: bigint; micros: bigint }>(
    `select count(*) as count, coalesce(sum(amount_micros), 0)::bigint as micros
       from payout where program_id = $1 and state = 'proposed'`,
    [programId],
  );
  return rows[0] ?? { count: 0n, micros: 0n };
}

export async function countExceptions(tx: SqlTx, programId: string): Promise<bigint> {
  const { rows } = await tx.query<{ count: bigint }>(
    "select count(*) as count from settlement_exception where program_id = $1 and resolved_at is null",
    [programId],
  );
  return rows[0]?.count ?? 0n;
}

/** Agreements that wait for this organisation's answer. */
export async function countAgreementsWaiting(tx: SqlTx, organisationId: string): Promise<bigint> {
  const { rows } = await tx.query<{ count: bigint }>(
    `select count(*) as count from agreement_party ap join agreement a on a.id = ap.agreement_id
      where ap.organisation_id = $1 and ap.answer is null and a.state = 'proposed'`,
    [organisationId],
  );
  return rows[0]?.count ?? 0n;
}

export interface LastPayoutRow {
  id: string;
  amount_micros: bigint;
  currency: string;
  state: string;
  at: Date;
}

export async function findLastPayout(
  tx: SqlTx,
  programId: string,
  partyId: string,
): Promise<LastPayoutRow | null> {
  const { rows } = await tx.query<LastPayoutRow>(
    `select id, amount_micros, currency, state, coalesce(paid_at, submitted_at, approved_at, created_at) as at
       from payout where program_id = $1 and party_id = $2 order by id desc limit 1`,
    [programId, partyId],
  );
  return rows[0] ?? null;
}

/** What runs have made for a party and the bank has not confirmed yet. */
export async function sumPayoutsOnTheWay(
  tx: SqlTx,
  programId: string,
  partyId: string,
): Promise<{ count: bigint; micros: bigint }> {
  const { rows } = await tx.query<{ count: bigint; micros: bigint }>(
    `select count(*) as count, coalesce(sum(amount_micros), 0)::bigint as micros from payout
      where program_id = $1 and party_id = $2 and state in ('proposed', 'approved', 'submitted')`,
    [programId, partyId],
  );
  return rows[0] ?? { count: 0n, micros: 0n };
}

export interface WorkCounts {
  cases: bigint;
  runs: bigint;
  confirmations: bigint;
  exceptions: bigint;
  devices: bigint;
  agreements: bigint;
}

/** What waits for the operator in all programs that the scope sees. */
export async function countWork(tx: SqlTx, silentSince: Date): Promise<WorkCounts> {
  const { rows } = await tx.query<WorkCounts>(
    `select (select count(*) from review_case where state in ('open', 'escalated')) as cases,
            (select count(*) from settlement_run where state = 'calculated') as runs,
            (select count(*) from waiting_for_second_person) as confirmations,
            (select count(*) from settlement_exception where resolved_at is null) as exceptions,
            (select count(*) from device
              where state = 'active' and coalesce(last_seen_at, created_at) < $1) as devices,
            (select count(*) from agreement where state = 'proposed') as agreements`,
    [silentSince],
  );
  return rows[0] ?? { cases: 0n, runs: 0n, confirmations: 0n, exceptions: 0n, devices: 0n, agreements: 0n };
}

/** What waits for a second person of this organisation: about its team, and about its bank accounts. */
export async function countOwnConfirmations(
  tx: SqlTx,
  organisationId: string,
): Promise<{ team: number; accounts: number }> {
  const { rows } = await tx.query<{ team: number; accounts: number }>(
    `select count(*) filter (where action in ('membership.grant', 'invitation.release', 'password.release'))::int as team,
            count(*) filter (where action = 'bank_account.use')::int as accounts
       from waiting_for_second_person where organisation_id = $1`,
    [organisationId],
  );
  return rows[0] ?? { team: 0, accounts: 0 };
}
