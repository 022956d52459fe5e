/** Who did what, to which thing, before and after. Written in the transaction of the deed. */

import { whoAsks } from "@/server/platform/asking";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import type { Scope } from "@/server/platform/scope";
import { listEntries } from "./repository";
import type { AuditEntry, AuditFilter } from "./types";

export interface AuditDeed {
  /** Past tense, dotted: "device.suspended". */
  action: string;
  subjectKind: string;
  subjectId: string | null;
  /** The tenant whose members may read the entry; left out, the scope's own. */
  organisationId?: string | null;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
}

/** The entry also says which request asked, and from which address. */
export async function audit(tx: SqlTx, scope: Scope, deed: AuditDeed): Promise<void> {
  const { actor } = scope;
  const asking = whoAsks();
  await tx.query(
    `insert into audit_entry (id, at, actor_kind, actor_id, actor_part, organisation_id, action, subject_kind, subject_id, before, after, request_id, address)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      newId("auditEntry"),
      now(),
      actor.kind,
      actor.kind === "system" ? null : actor.id,
      actor.kind === "system" ? actor.part : null,
      deed.organisationId === undefined ? scope.organisationId : deed.organisationId,
      deed.action,
      deed.subjectKind,
      deed.subjectId,
      deed.before ? JSON.stringify(deed.before) : null,
      deed.after ? JSON.stringify(deed.after) : null,
      asking?.requestId ?? null,
      asking?.address ?? null,
    ],
  );
}

/** A page of the log, newest first: everything for the platform, the tenant's own entries for its people. */
export async function listAuditEntries(
  scope: Scope,
  filter: AuditFilter,
  page: { beforeSeq: bigint | null; limit: number },
): Promise<{ entries: AuditEntry[]; nextSeq: bigint | null }> {
  const found = await withScope(scope, (tx) =>
    listEntries(tx, filter, { beforeSeq: page.beforeSeq, limit: page.limit + 1 }),
  );
  const entries = found.slice(0, page.limit);
  return { entries, nextSeq: found.length > page.limit ? (entries.at(-1)?.seq ?? null) : null };
}
