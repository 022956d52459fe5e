/** The device gateway over HTTP. See README.md for the order of checks. */
import { randomUUID } from "node:crypto";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { loggerFor } from "@/server/platform/logger";
import { MAX_IN_FLIGHT, PAYMENT_BODY_BYTES, RETRY_AFTER_SECONDS } from "./constants";
import { PROBLEMS, Problem, type ProblemCode } from "./errors";
import { isUnavailable } from "./judge-failure";
import { type Operation, type OperationId, operationList } from "./operations";

const log = loggerFor("gateway");

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

export interface Call {
  method: string;
  /** As it stands in the request line: path and query. */
  rawUrl: string;
  path: string;
  params: Record<string, string>;
  headers: FastifyRequest["headers"];
  rawHeaders: readonly string[];
  body: Uint8Array;
  isLoopback: boolean;
  inFlight: number;
}

export type Handlers = Record<OperationId, (call: Call) => Promise<Answer>>;

export interface ServerOptions {
  publicUrl: string;
  handlers: Handlers;
  maxInFlight?: number;
  /** Hears of every route that is registered. */
  onRoute?: (method: string, url: string) => void;
}

const NO_BODY = new Uint8Array(0);

export function buildServer(options: ServerOptions): FastifyInstance {
  const maxInFlight = options.maxInFlight ?? MAX_IN_FLIGHT;
  let inFlight = 0;

  const app = Fastify({
    logger: false,
    bodyLimit: PAYMENT_BODY_BYTES,
    requestTimeout: 15_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 65_000,
    genReqId: () => randomUUID(),
    forceCloseConnections: "idle",
    return503OnClosing: true,
    routerOptions: { maxParamLength: 100 },
    clientErrorHandler(error, socket) {
      if (!socket.writable) return;
      const code: ProblemCode =
        error.code === "HPE_HEADER_OVERFLOW" ? "header_too_large" : "malformed_request";
      const body = JSON.stringify(problemBody(options.publicUrl, new Problem(code), randomUUID()));
      socket.end(
        `HTTP/1.1 ${PROBLEMS[code].status} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    },
  });

  app.addHook("onRoute", ({ method, url }) => {
    for (const one of [method].flat()) options.onRoute?.(one, url);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );

  app.addHook("onRequest", async (_request, reply) => {
    reply.header("request-id", _request.id);
    reply.header("cache-control", "no-store");
  });

  for (const [id, operation] of operationList) {
    app.route({
      method: operation.method.toUpperCase(),
      url: operation.path.replace(/\{(\w+)\}/g, ":$1"),
      exposeHeadRoute: false,
      ...(operation.body ? { bodyLimit: operation.body.limitBytes } : {}),
      // Counted before the body is read: what cannot be worked on in time is turned away before it costs anything.
      onRequest: operation.signed
        ? async (_request, reply) => {
            if (inFlight >= maxInFlight) throw new Problem("too_many_requests");
            inFlight++;
            let counted = true;
            const leave = () => {
              if (counted) inFlight--;
              counted = false;
            };
            reply.raw.once("close", leave);
            reply.raw.once("finish", leave);
          }
        : [],
      handler: async (request, reply) => {
        const answer = await options.handlers[id](callOf(request, operation, inFlight));
        reply.status(answer.status);
        if (answer.headers) reply.headers(answer.headers);
        reply.type("application/json; charset=utf-8");
        return reply.send(JSON.stringify(answer.body));
      },
    });
  }

  const methods = new Map<string, string[]>();
  for (const [, operation] of operationList) {
    methods.set(operation.path, [...(methods.get(operation.path) ?? []), operation.method.toUpperCase()]);
  }
  const patterns = [...methods].map(([path, allowed]) => ({
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
    allowed,
  }));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    const known = patterns.find(({ pattern }) => pattern.test(path));
    if (known) reply.header("allow", known.allowed.join(", "));
    return sendProblem(
      options.publicUrl,
      reply,
      new Problem(known ? "method_not_allowed" : "route_not_found"),
    );
  });
  app.setErrorHandler((error, _request, reply) =>
    sendProblem(options.publicUrl, reply, problemOf(error, reply.request)),
  );
  return app;
}

function callOf(request: FastifyRequest, operation: Operation, inFlight: number): Call {
  const body = Buffer.isBuffer(request.body) ? request.body : NO_BODY;
  const [path = ""] = request.url.split("?");
  const params: Record<string, string> = {};
  for (const name of Object.keys(operation.params ?? {})) {
    params[name] = String((request.params as Record<string, unknown>)[name] ?? "");
  }
  return {
    method: request.method,
    rawUrl: request.url,
    path,
    params,
    headers: request.headers,
    rawHeaders: request.raw.rawHeaders,
    body,
    isLoopback: /^(::1|(::ffff:)?127\.)/.test(request.socket.localAddress ?? ""),
    inFlight,
  };
}

/** What a failure means to the device; what is ours alone is logged under the request's id. */
function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return new Problem("body_too_large");
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return new Problem("unsupported_media_type");
  if (code === "FST_ERR_CTP_INVALID_CONTENT_LENGTH" || code === "FST_ERR_BAD_URL")
    return new Problem("malformed_request");
  if (code === "FST_ERR_CTP_EMPTY_JSON_BODY") return new Problem("malformed_body");
  if (isUnavailable(error)) {
    log.warn({ err: error, requestId: request.id }, "the database cannot be reached");
    return new Problem("unavailable");
  }
  log.error({ err: error, requestId: request.id, url: request.url }, "a request failed");
  return new Problem("internal");
}

function problemBody(publicUrl: string, problem: Problem, requestId: string) {
  return {
    type: `${publicUrl}/problems/${problem.code}`,
    title: PROBLEMS[problem.code].title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    requestId,
    ...(problem.errors ? { errors: problem.errors } : {}),
  };
}

function sendProblem(publicUrl: string, reply: FastifyReply, problem: Problem) {
  if (problem.status === 429 || problem.status === 503)
    reply.header("retry-after", String(RETRY_AFTER_SECONDS));
  reply.status(problem.status).type("application/problem+json; charset=utf-8");
  return reply.send(JSON.stringify(problemBody(publicUrl, problem, reply.request.id)));
}
