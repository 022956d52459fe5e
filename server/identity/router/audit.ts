/** The audit log, for those who may read it. It stands here because the audit domain lies below the guards. */
import { z } from "zod";
import { listAuditEntries } from "@/server/audit/service";
import type { AuditEntry } from "@/server/audit/types";
import { fromPublicId, ID_PREFIXES, type IdKind, publicId, toPublicId } from "@/server/platform/ids";
import type { PortalScope } from "@/server/platform/scope";
import type { OrganisationKind } from "../permissions";
import { commonProcedure, router } from "../procedures";
import { namesOf } from "../service";

function uuidBehind(text: string): string | null {
  for (const kind of Object.keys(ID_PREFIXES) as IdKind[]) {
    const uuid = fromPublicId(kind, text);
    if (uuid) return uuid;
  }
  return null;
}

const listInput = z.object({
  /** "payout.paid", or "payout" for all that concerns payouts. */
  action: z
    .string()
    .max(80)
    .regex(/^[a-z_]+(\.[a-z_]+)*$/)
    .optional(),
  actorId: publicId("user").optional(),
  organisationId: publicId("organisation").optional(),
  /** A UUID, or the public id of anything. */
  subjectId: z
    .string()
    .max(80)
    .transform((text, ctx) => {
      const uuid = z.uuid().safeParse(text).data ?? uuidBehind(text);
      if (uuid) return uuid;
      ctx.addIssue({ code: "custom", message: "is not the id of anything" });
      return z.NEVER;
    })
    .optional(),
  subjectKind: z.string().max(40).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .nullish(),
  limit: z.number().int().min(1).max(200).default(50),
});

const entryOut = z.object({
  id: z.string(),
  at: z.string(),
  action: z.string(),
  actor: z.object({
    kind: z.enum(["user", "device", "system"]),
    id: z.string().nullable(),
    name: z.string().nullable(),
  }),
  organisation: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  subject: z.object({ kind: z.string(), id: z.string().nullable() }),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  requestId: z.string().nullable(),
  /** Told to the operator alone. */
  address: z.string().nullable(),
});
const listOut = z.object({ items: z.array(entryOut), nextCursor: z.string().nullable() });

async function present(
  scope: PortalScope,
  { cursor, limit, from, to, ...filter }: z.infer<typeof listInput>,
): Promise<z.infer<typeof listOut>> {
  const times = { from: from ? new Date(from) : undefined, to: to ? new Date(to) : undefined };
  const page = { beforeSeq: cursor ? BigInt(cursor) : null, limit };
  const { entries, nextSeq } = await listAuditEntries(scope, { ...filter, ...times }, page);
  const names = await namesOf(scope, {
    users: distinct(entries.map((entry) => (entry.actorKind === "user" ? entry.actorId : null))),
    organisations: distinct(entries.map((entry) => entry.organisationId)),
  });
  return {
    items: entries.map((entry) =>
      presentEntry(scope.kind === "operator" ? entry : { ...entry, address: null }, names),
    ),
    nextCursor: nextSeq?.toString() ?? null,
  };
}

function presentEntry(
  entry: AuditEntry,
  names: Awaited<ReturnType<typeof namesOf>>,
): z.infer<typeof entryOut> {
  const actorName = entry.actorKind === "user" ? names.users.get(entry.actorId ?? "") : entry.actorPart;
  return {
    id: toPublicId("auditEntry", entry.id),
    at: entry.at.toISOString(),
    action: entry.action,
    actor: {
      kind: entry.actorKind,
      id: entry.actorId ? publicIdOf(entry.actorKind, entry.actorId) : null,
      name: actorName ?? null,
    },
    organisation: entry.organisationId
      ? {
          id: toPublicId("organisation", entry.organisationId),
          name: names.organisations.get(entry.organisationId) ?? null,
        }
      : null,
    subject: {
      kind: entry.subjectKind,
      id: entry.subjectId ? publicIdOf(entry.subjectKind, entry.subjectId) : null,
    },
    before: entry.before,
    after: entry.after,
    requestId: entry.requestId,
    address: entry.address,
  };
}

/** "settlement_run" and "settlementRun" name the same kind; one that has no public form keeps its UUID. */
function publicIdOf(kind: string, id: string): string {
  const name = kind.replace(/[_-]([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.hasOwn(ID_PREFIXES, name) ? toPublicId(name as IdKind, id) : id;
}

function distinct(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.filter((id) => id !== null))];
}

function auditRouter(kind: OrganisationKind) {
  return router({
    list: commonProcedure(kind, "audit.read")
      .input(listInput)
      .output(listOut)
      .query(({ ctx, input }) => present(ctx.scope, input)),
  });
}

export const operatorAuditRouter = auditRouter("operator");
export const merchantAuditRouter = auditRouter("merchant");
export const agencyAuditRouter = auditRouter("agency");
