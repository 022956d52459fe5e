/** What every request carries: who asks, for which organisation, under which id. Look-ups are made on first use. */
import { randomBytes } from "node:crypto";
import type { RequestContext } from "@/server/identity/procedures";
import { addressOf } from "@/server/identity/request-address";
import { findAccess, resolveSession } from "@/server/identity/service";
import type { Asking } from "@/server/platform/asking";
import { withoutCardNumber } from "@/server/platform/card-guard";
import type { Id } from "@/server/platform/ids";
import { isMalformed } from "@/server/platform/text";

export interface ContextInput {
  /** The session id that the cookie claims; unproven. */
  unverifiedSessionId: () => Promise<Id<"session"> | null>;
  organisationSlug: string | null;
  headers: Headers;
}

export function newRequestId(): string {
  return `req_${randomBytes(12).toString("hex")}`;
}

/** For what is asked for past tRPC: signing in, links, uploads. */
export function askingOf(headers: Headers): Asking {
  return { requestId: newRequestId(), address: addressOf(headers) };
}

export function createContext(input: ContextInput): RequestContext {
  const session = once(async () => {
    const id = await input.unverifiedSessionId();
    return id ? await resolveSession(id) : null;
  });
  const access = once(async () => {
    const active = await session();
    // A slug that no text of the database can equal names no organisation.
    if (!active || !input.organisationSlug || isMalformed(input.organisationSlug)) return null;
    return await findAccess(active.user.id, input.organisationSlug);
  });
  return {
    requestId: newRequestId(),
    organisationSlug: input.organisationSlug,
    session,
    access,
    ip: addressOf(input.headers),
    userAgent: withoutCardNumber(input.headers.get("user-agent")),
  };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    started ??= work();
    return started;
  };
}
