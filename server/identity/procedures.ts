/**
 * The only way to make a procedure. The permission is an argument of the builder, so that a procedure without a
 * guard does not compile; the guard runs before any input is parsed; the scope that a procedure hands to services
 * is minted here, after the signed-in person's membership in the organisation of the address was found.
 */
import { initTRPC, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import { whileAsked } from "@/server/platform/asking";
import { findCardNumber } from "@/server/platform/card-guard";
import { AppError, ERROR_TABLE, type ErrorCode } from "@/server/platform/errors";
import { findText } from "@/server/platform/find-text";
import type { Id } from "@/server/platform/ids";
import { loggerFor } from "@/server/platform/logger";
import { MoneyError } from "@/server/platform/money";
import { type Actor, mintPortalScope, type PortalScope } from "@/server/platform/scope";
import { isMalformed } from "@/server/platform/text";
import {
  type AgencyPermission,
  type MerchantPermission,
  mayDo,
  type OperatorPermission,
  type OrganisationKind,
  type Permission,
  permissionsOf,
} from "./permissions";
import { findAccess, resolveSession } from "./service";
import type { Access, ActiveSession } from "./types";

const log = loggerFor("trpc");

/** What the transport knows about a request before any procedure runs. Both look-ups are made at most once. */
export interface RequestContext {
  requestId: string;
  /** The organisation named in the address; null for procedures that belong to a person alone. */
  organisationSlug: string | null;
  /** Null when nobody is signed in. */
  session: () => Promise<ActiveSession | null>;
  /** The signed-in person's live membership in the organisation of the address. */
  access: () => Promise<Access | null>;
  ip: string | null;
  userAgent: string | null;
}

/** How a procedure is guarded, readable by tests and documentation. */
export interface ProcedureGuard {
  portal: OrganisationKind | "signed_in";
  permission: Permission | null;
}

interface ClientError {
  code: ErrorCode;
  reason: string;
  message: string;
  details: Record<string, unknown> | undefined;
}

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureGuard>()
  .create({
    // A stream ends after a minute and the client resumes it; one whose person may no longer listen ends at once.
    sse: {
      maxDurationMs: 60_000,
      ping: { enabled: true, intervalMs: 15_000 },
      client: { reconnectAfterInactivityMs: 40_000 },
    },
    errorFormatter({ shape, error, ctx, path }) {
      const requestId = ctx?.requestId ?? null;
      const seen = clientError(error);
      if (seen.code === "internal") {
        log.error({ err: error.cause ?? error, requestId, path }, "a procedure failed");
      }
      return {
        code: shape.code,
        message: seen.message,
        data: {
          code: ERROR_TABLE[seen.code].trpc,
          httpStatus: ERROR_TABLE[seen.code].status,
          reason: seen.reason,
          requestId,
          details: seen.details,
        },
      };
    },
  });

/** What a client may learn of an error: refusals as they are, everything else as a failure of ours without detail. */
export function clientError(error: unknown): ClientError {
  const cause = error instanceof TRPCError ? (error.cause ?? error) : error;
  if (cause instanceof AppError) {
    return { code: cause.code, reason: cause.reason, message: cause.message, details: cause.details };
  }
  if (cause instanceof MoneyError) {
    return { code: "invalid_input", reason: cause.code, message: cause.message, details: undefined };
  }
  // A ZodError counts as the client's fault only where tRPC parsed the input, not where a service parsed its own data.
  if (cause instanceof ZodError && error instanceof TRPCError && error.code === "BAD_REQUEST") {
    const issues = cause.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
    const first = issues[0];
    const where = first?.path ? `${first.path}: ` : "";
    return {
      code: "bad_request",
      reason: "input_invalid",
      message: `The request is not valid. ${where}${first?.message ?? ""}`.trim(),
      details: { issues },
    };
  }
  if (error instanceof TRPCError) {
    const known = TRANSPORT_REFUSALS[error.code];
    if (known) return { code: known.code, reason: known.reason, message: known.message, details: undefined };
  }
  return {
    code: "internal",
    reason: "internal",
    message: "Something went wrong on our side. Try again; if it stays, report the request id.",
    details: undefined,
  };
}

/** Refusals of tRPC itself, which have no cause. */
const TRANSPORT_REFUSALS: Partial<
  Record<TRPCError["code"], { code: ErrorCode; reason: string; message: string }>
> = {
  NOT_FOUND: { code: "not_found", reason: "procedure_not_found", message: "There is no such procedure." },
  METHOD_NOT_SUPPORTED: {
    code: "bad_request",
    reason: "method_not_supported",
    message: "This procedure is called with another method.",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    code: "bad_request",
    reason: "content_type_not_supported",
    message: "Send JSON with the content type application/json.",
  },
  PARSE_ERROR: { code: "bad_request", reason: "body_malformed", message: "The body is not valid JSON." },
  BAD_REQUEST: { code: "bad_request", reason: "bad_request", message: "The request is not valid." },
  PAYLOAD_TOO_LARGE: {
    code: "payload_too_large",
    reason: "payload_too_large",
    message: "The request is too large.",
  },
};

export const router = t.router;
export const mergeRouters = t.mergeRouters;
export const createCallerFactory = t.createCallerFactory;

/** Turns refusals of services into tRPC errors of the same meaning, so that the HTTP status is right as well. */
const translateErrors = t.middleware(async ({ ctx, next }) => {
  const result = await whileAsked({ requestId: ctx.requestId, address: ctx.ip }, () => next());
  if (result.ok) return result;
  const seen = clientError(result.error);
  if (seen.code === "internal") return result;
  throw new TRPCError({
    code: ERROR_TABLE[seen.code].trpc,
    message: seen.message,
    cause: result.error.cause ?? result.error,
  });
});

/**
 * Throws for what no text of any input may hold, whatever the field: what cannot be stored (`text_malformed`), and card
 * numbers (`card_number_refused`), which would end in notes, logs and exports. The text itself is never repeated.
 */
export function refuseUnfitTexts(input: unknown): void {
  const malformed = findText(input, isMalformed);
  if (malformed !== null) {
    throw new AppError(
      "bad_request",
      "text_malformed",
      "A text holds a NUL or half of a surrogate pair, which cannot be stored.",
      { path: readable(malformed) },
    );
  }
  const path = findCardNumber(input);
  if (path === null) return;
  throw new AppError(
    "invalid_input",
    "card_number_refused",
    "This looks like a card number. It was not stored; name the card by its last four digits.",
    { path: readable(path) },
  );
}

/** Paths are made of what the client sent as names. */
function readable(path: string): string {
  return path.toWellFormed().slice(0, 200);
}

const checkTexts = t.middleware(async ({ getRawInput, next }) => {
  refuseUnfitTexts(await getRawInput());
  return next();
});

const base = t.procedure.use(translateErrors);

/** For what belongs to the person and not to an organisation: own sessions, memberships, preferences. */
export function signedInProcedure() {
  return base
    .meta({ portal: "signed_in", permission: null })
    .use(async ({ ctx, next }) => {
      const { user, sessionId } = await activeSession(ctx);
      return next({ ctx: { user, sessionId } });
    })
    .use(checkTexts);
}

export function merchantProcedure(permission: MerchantPermission) {
  return portalProcedure("merchant", permission);
}

export function agencyProcedure(permission: AgencyPermission) {
  return portalProcedure("agency", permission);
}

export function operatorProcedure(permission: OperatorPermission) {
  return portalProcedure("operator", permission);
}

/** For what merchants and agencies ask for alike; `kind` says in whose portal it stands. */
export function partyProcedure(
  kind: "merchant" | "agency",
  permission: MerchantPermission & AgencyPermission,
) {
  return portalProcedure(kind, permission);
}

/** For what every portal has alike; `kind` says in which it stands. */
export function commonProcedure(kind: OrganisationKind, permission: MerchantPermission & AgencyPermission) {
  return portalProcedure(kind, permission);
}

/** What is known of somebody who may do what they ask for. */
export interface Authorised<S extends PortalScope> {
  user: ActiveSession["user"];
  sessionId: ActiveSession["sessionId"];
  scope: S;
  role: Access["role"];
  permissions: readonly Permission[];
  organisation: Access["organisation"];
  /** Asked again by what stays open: whether the same person may still do the same. */
  stillAllowed: () => Promise<boolean>;
}

/**
 * The one decision about entering a portal, for procedures and for routes that answer with files. Throws
 * `unauthenticated` (`not_signed_in`) or `forbidden` (`not_a_member`, `organisation_suspended`, `permission_missing`).
 */
export async function authorise<S extends PortalScope>(
  ctx: Pick<RequestContext, "session" | "access">,
  kind: OrganisationKind,
  permission: Permission,
  mint: (organisationId: Id<"organisation">, actor: Actor) => S,
): Promise<Authorised<S>> {
  const { user, sessionId } = await activeSession(ctx);
  const access = await ctx.access();
  // One answer for an organisation that does not exist and for somebody else's, so that slugs cannot be probed.
  if (!access || access.organisation.kind !== kind) {
    throw new AppError("forbidden", "not_a_member", "You are not a member of this organisation.");
  }
  const { role, organisation } = access;
  if (organisation.suspended) {
    const message = `${organisation.name} is suspended. Ask the operator of the platform.`;
    throw new AppError("forbidden", "organisation_suspended", message);
  }
  if (!mayDo(kind, role, permission)) {
    const message = `Your role does not include ${permission}. Ask an admin of ${organisation.name}.`;
    throw new AppError("forbidden", "permission_missing", message, { permission });
  }
  const scope = mint(organisation.id, { kind: "user", id: user.id, sessionId });
  const stillAllowed = async () => {
    const [active, now] = [await resolveSession(sessionId), await findAccess(user.id, organisation.slug)];
    return (
      active !== null && now !== null && !now.organisation.suspended && mayDo(kind, now.role, permission)
    );
  };
  return { user, sessionId, scope, role, permissions: permissionsOf(kind, role), organisation, stillAllowed };
}

async function activeSession(ctx: Pick<RequestContext, "session">): Promise<ActiveSession> {
  const active = await ctx.session();
  if (!active) throw new AppError("unauthenticated", "not_signed_in", "Sign in to go on.");
  return active;
}

function portalProcedure<K extends OrganisationKind>(kind: K, permission: Permission) {
  const mint = (organisationId: Id<"organisation">, actor: Actor) =>
    mintPortalScope(kind, organisationId, actor);
  return base
    .meta({ portal: kind, permission })
    .use(async ({ ctx, next }) => next({ ctx: await authorise(ctx, kind, permission, mint) }))
    .use(checkTexts);
}
