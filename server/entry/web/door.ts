/**
 * The door of the web process: every request passes it before a page or a route sees it. It counts the bytes that are
 * read and not those that were announced, cuts slow senders, lets so many in at once, and writes down who asks.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { addressOf } from "@/server/identity/request-address";
import { loggerFor } from "@/server/platform/logger";
import { keepDoor, PEER_HEADER } from "@/server/platform/peer";
import { type Family, familyOf } from "./families";
import { gatherBody, withBody } from "./gather-body";
import { answerRefusal, cutOff } from "./refuse";
import { securityHeaders } from "./security-headers";
import { Slots } from "./slots";

export type WebHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface DoorOptions {
  familyOf?: (path: string, accept: string | undefined) => Family;
  maxConnections?: number;
  headerSeconds?: number;
}

const log = loggerFor("web");
const SESSION = /(?:^|;\s*)(?:__(?:Host|Secure)-)?purse\.session(?:\.0)?=([^;]{1,4096})/;
/** A handler that does not notice that its client left holds its place no longer than this. */
const LEFT_BEHIND_MS = 30_000;
const IDLE_MS = 120_000;

export function openDoor(handle: WebHandler, options: DoorOptions = {}): Server {
  keepDoor();
  const slots = new Slots();
  const familyFor = options.familyOf ?? familyOf;

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of securityHeaders()) response.setHeader(name, value);
    const peer = introduce(request);
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const family = familyFor(path, request.headers.accept);
    const session = SESSION.exec(request.headers.cookie ?? "")?.[1] ?? null;
    const entrance = slots.enter(family, peer, session);
    if (!entrance.ok) {
      const refusal = entrance.full === "family" ? "busy" : "too_many_at_once";
      if (!announcesBody(request)) return answerRefusal(response, refusal, family.speaks);
      return refuseSender(request, response, family, refusal);
    }
    try {
      await enter(request, response, family);
    } finally {
      entrance.leave();
    }
  };

  const enter = async (request: IncomingMessage, response: ServerResponse, family: Family): Promise<void> => {
    if (Number(request.headers["content-length"] ?? 0) > family.bodyBytes) {
      return refuseSender(request, response, family, "body_too_large");
    }
    if (request.headers.expect !== undefined) response.writeContinue();
    let handed = request;
    if (announcesBody(request) && !family.streamed) {
      const body = await gatherBody(request, family);
      if (body === null) return;
      if (typeof body === "string") return refuseSender(request, response, family, body);
      handed = withBody(request, body);
    }
    const guards = [
      ...(family.streamed ? [watchStream(request, response, family)] : []),
      ...(family.answerSeconds === null
        ? []
        : [setTimeout(() => request.socket.destroy(), family.answerSeconds * 1000)]),
    ];
    const left = new Promise<void>((resolve) => {
      response.once("close", () => {
        for (const guard of guards) clearTimeout(guard);
        // An answer that was given before all was read: what is still to come is nobody's.
        if (!request.complete) setTimeout(() => request.socket.destroy(), 1_000).unref();
        setTimeout(resolve, LEFT_BEHIND_MS).unref();
      });
    });
    await Promise.race([handle(handed, response), left]);
  };

  const guarded = (request: IncomingMessage, response: ServerResponse) => {
    pass(request, response).catch((error: unknown) => {
      log.error({ err: error, url: request.url }, "a request could not be worked on");
      request.socket.destroy();
    });
  };

  const server = createServer({
    headersTimeout: (options.headerSeconds ?? 10) * 1000,
    // The families' own times are shorter; this is for what never reaches them.
    requestTimeout: 960_000,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: 5_000,
  });
  server.maxConnections = options.maxConnections ?? 2_000;
  server.setTimeout(IDLE_MS);
  server.on("request", guarded);
  // Whoever asks first whether the body is welcome is told before it is sent.
  server.on("checkContinue", guarded);
  server.on("checkExpectation", guarded);
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET") return void socket.destroy();
    if (error.code === "HPE_HEADER_OVERFLOW") return cutOff(socket, "header_too_large");
    cutOff(socket, error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? "body_too_slow" : "malformed_request");
  });
  return server;
}

/** Takes away what only we may say, says who asks, and gives the address by which requests are counted. */
function introduce(request: IncomingMessage): string {
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith("x-purse-")) delete request.headers[name];
  }
  const peer = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  request.headers[PEER_HEADER] = peer;
  const seen = new Headers({ [PEER_HEADER]: peer });
  const forwarded = request.headers["x-forwarded-for"];
  if (forwarded !== undefined) seen.set("x-forwarded-for", [forwarded].flat().join(", "));
  return addressOf(seen) ?? peer;
}

function announcesBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function refuseSender(
  request: IncomingMessage,
  response: ServerResponse,
  family: Family,
  refusal: Parameters<typeof cutOff>[1],
): void {
  const { socket } = request;
  if (request.complete) answerRefusal(response, refusal, family.speaks);
  else {
    response.detachSocket(socket);
    cutOff(socket, refusal, family.speaks, request);
  }
}

/** A streamed body is cut when all of it takes too long; bytes are counted by the route that reads them, and here. */
function watchStream(request: IncomingMessage, response: ServerResponse, family: Family): NodeJS.Timeout {
  let bytes = 0;
  const { push } = request;
  request.push = (chunk: Buffer | null, ...rest) => {
    bytes += chunk?.length ?? 0;
    if (bytes > family.bodyBytes) request.socket.destroy();
    return push.call(request, chunk, ...rest);
  };
  return setTimeout(() => {
    if (request.complete) return;
    if (response.headersSent) request.socket.destroy();
    else refuseSender(request, response, family, "body_too_slow");
  }, family.bodySeconds * 1000);
}
