/** The inbox of a second person. */
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { type IdKind, toPublicId } from "@/server/platform/ids";
import { isCurrency, toMoneyJson } from "@/server/platform/money";
import type { OperatorScope, PortalScope } from "@/server/platform/scope";
import { AUTHORITY_SETTINGS } from "../constants";
import { listWaiting, type WaitingRow } from "../repository/read-confirmations";
import { readSettings } from "../repository/write-confirmation";
import { calendarSchema } from "../rules/compute-period";
import type { AuthoritySettingView, WaitingView } from "../schema";

const MOST = 200;

/** What does not wait in the table of proposals but on a row of its own. */
const ID_KINDS: Readonly<Record<string, IdKind>> = {
  "run.approve": "settlementRun",
  "agreement.approve": "agreement",
  "program_terms.confirm": "programTerms",
  "membership.grant": "roleGrant",
  "invitation.release": "invitation",
  "password.release": "passwordReset",
};

/** Everything that waits for a second person, oldest first, and whether the person who asks can be that person. */
export async function listWaitingFor(scope: PortalScope): Promise<WaitingView[]> {
  const userId = scope.actor.kind === "user" ? scope.actor.id : null;
  if (userId === null) return [];
  const by = { userId, organisationId: scope.organisationId, at: now() };
  return (await withScope(scope, (tx) => listWaiting(tx, by, MOST))).map((row) =>
    presentWaiting(row, userId),
  );
}

function presentWaiting(row: WaitingRow, userId: string): WaitingView {
  const payload = row.payload ?? {};
  const currency = row.currency !== null && isCurrency(row.currency) ? row.currency : null;
  const micros =
    row.payout_micros ??
    (typeof payload.amount_micros === "string"
      ? BigInt(payload.amount_micros)
      : typeof payload.minimum_micros === "string"
        ? BigInt(payload.minimum_micros)
        : null);
  return {
    id: toPublicId(ID_KINDS[row.action] ?? "confirmation", row.id),
    action: row.action,
    sha256: row.payload_sha256,
    program:
      row.program_id && row.program_slug && row.program_name
        ? { id: toPublicId("program", row.program_id), slug: row.program_slug, name: row.program_name }
        : null,
    party:
      row.organisation_id && row.organisation_slug && row.organisation_name && row.organisation_kind
        ? {
            id: toPublicId("organisation", row.organisation_id),
            slug: row.organisation_slug,
            name: row.organisation_name,
            kind: row.organisation_kind,
          }
        : null,
    amount: micros !== null && currency ? toMoneyJson(micros, currency) : null,
    held: typeof payload.held === "boolean" ? payload.held : null,
    state: typeof payload.state === "string" ? payload.state : null,
    reason: typeof payload.reason === "string" ? payload.reason : null,
    setting:
      typeof payload.name === "string" && typeof payload.value === "string"
        ? { name: payload.name, value: payload.value }
        : null,
    calendar:
      row.action === "calendar.change"
        ? {
            from: String(payload.starts_at),
            timeZone: row.time_zone ?? "UTC",
            calendar: calendarSchema.parse(payload.calendar),
          }
        : null,
    payout:
      row.action === "payout.take_back" && row.subject_id
        ? { id: toPublicId("payout", row.subject_id), reference: row.payout_reference ?? "" }
        : null,
    import:
      row.action === "import.undo" && row.subject_id
        ? { id: toPublicId("import", row.subject_id), fileName: row.import_file_name ?? "" }
        : null,
    version: row.version,
    member: row.member !== null ? { name: row.member, role: row.role } : null,
    proposedBy: row.proposed_by_name
      ? { name: row.proposed_by_name, organisation: row.proposed_in_name }
      : null,
    mine: row.proposed_by === userId,
    proposedAt: row.proposed_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    fault: row.fault,
  };
}

export async function listSettings(scope: OperatorScope): Promise<AuthoritySettingView[]> {
  const rows = await withScope(scope, (tx) => readSettings(tx, AUTHORITY_SETTINGS));
  return rows.flatMap(({ name, value }) => {
    const known = AUTHORITY_SETTINGS.find((each) => each === name);
    return known ? [{ name: known, value: value.toString() }] : [];
  });
}
