/** What waits for a second person, with the names of whom and what it is about. */
import type { SqlTx } from "@/server/platform/db";

export interface WaitingRow {
  id: string;
  action: string;
  program_id: string | null;
  program_slug: string | null;
  program_name: string | null;
  currency: string | null;
  time_zone: string | null;
  organisation_id: string | null;
  organisation_slug: string | null;
  organisation_name: string | null;
  organisation_kind: string | null;
  subject_id: string | null;
  proposed_by: string | null;
  proposed_by_name: string | null;
  proposed_in_name: string | null;
  proposed_at: Date;
  expires_at: Date | null;
  /** Null for what does not stand in `confirmation` but in a table of its own. */
  payload: Record<string, unknown> | null;
  payload_sha256: string | null;
  /** Why the person who asks may not answer it; null when they may. */
  fault: string | null;
  payout_reference: string | null;
  payout_micros: bigint | null;
  import_file_name: string | null;
  /** Of an agreement or a program's terms. */
  version: number | null;
  /** Who would get a role or a new password: their name, or the address that was invited. */
  member: string | null;
  role: string | null;
}

/** Oldest first, as the oldest expires first. */
export async function listWaiting(
  tx: SqlTx,
  by: { userId: string; organisationId: string; at: Date },
  limit: number,
): Promise<WaitingRow[]> {
  const { rows } = await tx.query<WaitingRow>(
    `select w.*, p.slug as program_slug, p.name as program_name, p.currency, p.time_zone, o.slug as organisation_slug,
            o.name as organisation_name, o.kind as organisation_kind, u.name as proposed_by_name,
            home.name as proposed_in_name, c.payload, c.payload_sha256, y.reference as payout_reference,
            y.amount_micros as payout_micros, b.file_name as import_file_name,
            coalesce(a.version, t.version) as version, coalesce(mu.name, ru.name, i.email) as member,
            coalesce(g.role, i.role) as role, waiting_fault(w.action, w.id, $1, $2, $3) as fault
       from waiting_for_second_person w
       left join confirmation c on c.id = w.id
       left join program p on p.id = w.program_id
       left join organisation o on o.id = w.organisation_id
       left join organisation home on home.id = c.proposed_in
       left join app_user u on u.id = w.proposed_by
       left join payout y on y.id = w.subject_id and w.action = 'payout.take_back'
       left join import_batch b on b.id = w.subject_id and w.action = 'import.undo'
       left join agreement a on a.id = w.id
       left join program_terms t on t.id = w.id
       left join invitation i on i.id = w.id
       left join role_grant g on g.id = w.id
       left join membership m on m.id = g.membership_id
       left join app_user mu on mu.id = m.user_id
       left join password_reset r on r.id = w.id
       left join app_user ru on ru.id = r.user_id
      order by w.proposed_at, w.id limit $4`,
    [by.userId, by.organisationId, by.at, limit],
  );
  return rows;
}
