/** tRPC over HTTP at `/api/trpc/{m|a|ops|account}/{organisation}/{procedure}`. */
import type { AnyRouter } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { readSessionCookie } from "@/server/identity/next-auth";
import type { RequestContext } from "@/server/identity/procedures";
import { ERROR_TABLE, type ErrorCode } from "@/server/platform/errors";
import { accountRouter } from "./account";
import { agencyRouter } from "./agency";
import { createContext, newRequestId } from "./context";
import { merchantRouter } from "./merchant";
import { operatorRouter } from "./operator";
import { comesFromElsewhere } from "./origin";

/** Every root by its place in the address; the authorisation test walks this table. */
export const ROOTS = {
  m: merchantRouter,
  a: agencyRouter,
  ops: operatorRouter,
  account: accountRouter,
} as const;

export type Portal = keyof typeof ROOTS;

/** Calls in one batch; the client's own link keeps well below. */
const MAX_BATCH = 30;
const MAX_BODY_BYTES = 2_000_000;

export async function handleTrpcRequest(
  request: Request & { cookies?: { get(name: string): { value: string } | undefined } },
  portal: string,
  organisation: string,
): Promise<Response> {
  if (!isPortal(portal)) return refuse("not_found", "portal_not_found", "There is no such portal.");
  if (request.method !== "GET" && comesFromElsewhere(request.headers)) {
    return refuse("forbidden", "cross_site_request", "Changes are accepted from this site's own pages only.");
  }
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) {
    return refuse("payload_too_large", "payload_too_large", "The request is too large.");
  }
  const called = new URL(request.url).pathname.split("/").at(-1) ?? "";
  if (called.split(/,|%2C/i).length > MAX_BATCH) {
    return refuse("bad_request", "batch_too_large", `A batch holds at most ${MAX_BATCH} calls.`);
  }
  let context: RequestContext | undefined;
  const response = await fetchRequestHandler({
    endpoint: `/api/trpc/${portal}/${encodeURIComponent(organisation)}`,
    req: request,
    router: ROOTS[portal] as AnyRouter,
    createContext: () => {
      context = createContext({
        unverifiedSessionId: () => readSessionCookie((name) => request.cookies?.get(name)?.value),
        organisationSlug: portal === "account" ? null : organisation,
        headers: request.headers,
      });
      return context;
    },
  });
  response.headers.set("cache-control", "no-store");
  if (context) response.headers.set("x-request-id", context.requestId);
  return response;
}

function isPortal(portal: string): portal is Portal {
  return Object.hasOwn(ROOTS, portal);
}

function refuse(code: ErrorCode, reason: string, message: string): Response {
  const { status, trpc } = ERROR_TABLE[code];
  const requestId = newRequestId();
  return Response.json(
    { error: { message, code: -32600, data: { code: trpc, httpStatus: status, reason, requestId } } },
    { status, headers: { "cache-control": "no-store", "x-request-id": requestId } },
  );
}
