/** The device gateway over HTTP. See README.md for the order of checks. */
import { randomUUID } from "node:crypto";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { loggerFor } from "@/server/platform/logger";
import { answerOnTheWire, answersOf, headersOfEveryAnswer } from "./answer-problem";
import {
  HEADER_SECONDS,
  MAX_CONNECTIONS,
  MAX_IN_FLIGHT,
  PAYMENT_BODY_BYTES,
  REQUEST_SECONDS,
} from "./constants";
import { Problem, type ProblemCode } from "./errors";
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
  const atWork = { requests: 0 };
  const asking = { requests: 0 };

  let closing = false;
  const everyAnswer = headersOfEveryAnswer(options.publicUrl);
  const { publicUrl } = options;
  const send = (reply: FastifyReply, problem: Problem) => {
    const { headers, body } = answersOf(publicUrl, problem, reply.request.id);
    return reply.status(problem.status).headers(headers).send(body);
  };

  const app = Fastify({
    logger: false,
    bodyLimit: PAYMENT_BODY_BYTES,
    requestTimeout: REQUEST_SECONDS * 1000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 65_000,
    genReqId: () => randomUUID(),
    forceCloseConnections: "idle",
    return503OnClosing: false,
    routerOptions: { maxParamLength: 100 },
    http: {
      headersTimeout: HEADER_SECONDS * 1000,
      connectionsCheckingInterval: 1_000,
      // Asked for below, where the answer is a problem of ours.
      requireHostHeader: false,
    },
    frameworkErrors: (error, request, reply) => send(reply, problemOf(error, request)),
    clientErrorHandler: (error, socket) => answerOnTheWire(socket, publicUrl, problemOfWire(error)),
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.server.on("checkExpectation", (request, response) => {
    const problem = new Problem("expectation_failed");
    const { headers, body } = answersOf(publicUrl, problem, randomUUID());
    response.writeHead(problem.status, { ...headers, connection: "close" }).end(body);
    request.resume();
  });
  app.server.on("connect", (_request, socket) =>
    answerOnTheWire(socket, publicUrl, new Problem("method_not_allowed")),
  );
  app.addHook("preClose", async () => {
    closing = true;
  });

  app.addHook("onRoute", ({ method, url }) => {
    for (const one of [method].flat()) options.onRoute?.(one, url);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) =>
    done(refuseForeignText(request, body), body),
  );

  app.addHook("onRequest", async (request, reply) => {
    reply.headers(everyAnswer).header("request-id", request.id);
    if (closing) {
      reply.header("connection", "close");
      throw new Problem("unavailable", "The gateway is being restarted.");
    }
    if (request.headers.host === undefined && request.raw.httpVersion === "1.1") {
      throw new Problem("malformed_request", "The request names no Host.");
    }
    if (request.method !== "POST" && announcesBody(request)) {
      reply.header("connection", "close");
      throw new Problem("body_too_large", "A request that asks for something has no body.");
    }
  });

  for (const [id, operation] of operationList) {
    app.route({
      method: operation.method.toUpperCase(),
      url: operation.path.replace(/\{(\w+)\}/g, ":$1"),
      exposeHeadRoute: false,
      ...(operation.body ? { bodyLimit: operation.body.limitBytes } : {}),
      // Counted before the body is read: what cannot be worked on in time is turned away before it costs anything.
      onRequest: async (_request, reply) => {
        // Apart, so that a gateway with its hands full still says that it lives.
        const counter = operation.signed ? atWork : asking;
        if (counter.requests >= maxInFlight) throw new Problem("too_many_requests");
        counter.requests++;
        let counted = true;
        const leave = () => {
          if (counted) counter.requests--;
          counted = false;
        };
        reply.raw.once("close", leave);
        reply.raw.once("finish", leave);
      },
      handler: async (request, reply) => {
        const answer = await options.handlers[id](callOf(request, operation, atWork.requests));
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
    return send(reply, new Problem(known ? "method_not_allowed" : "route_not_found"));
  });
  app.setErrorHandler((error, request, reply) => send(reply, problemOf(error, request)));
  return app;
}

function announcesBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

const MARKS = ["efbbbf", "feff", "fffe"].map((hex) => Buffer.from(hex, "hex"));

/** A body that says itself that it is no plain UTF-8; null when there is no such word. */
function refuseForeignText({ headers }: FastifyRequest, body: string | Buffer): Problem | null {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers["content-type"] ?? "")?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    return new Problem(
      "unsupported_media_type",
      "The body must be UTF-8; Content-Type names another charset.",
    );
  }
  const coding = headers["content-encoding"];
  if (coding !== undefined && coding !== "identity") {
    return new Problem("unsupported_media_type", "The body must be sent uncompressed.");
  }
  if (MARKS.some((mark) => bytes.subarray(0, mark.length).equals(mark))) {
    return new Problem("unsupported_media_type", "The body begins with a byte order mark; leave it out.");
  }
  return null;
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

const CODE_OF_STATUS: Partial<Record<number, ProblemCode>> = {
  400: "malformed_request",
  404: "route_not_found",
  405: "method_not_allowed",
  408: "request_timeout",
  413: "body_too_large",
  414: "route_not_found",
  415: "unsupported_media_type",
  417: "expectation_failed",
  431: "header_too_large",
};

/** What a failure means to the device; what is ours alone is logged under the request's id. */
function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (isOfTheFramework(error)) {
    const code = CODE_OF_STATUS[error.statusCode];
    if (code) return new Problem(code);
  }
  if (isUnavailable(error)) {
    log.warn({ err: error, requestId: request.id }, "the database cannot be reached");
    return new Problem("unavailable", "The gateway cannot reach its database.");
  }
  log.error({ err: error, requestId: request.id, url: request.url }, "a request failed");
  return new Problem("internal");
}

function isOfTheFramework(error: unknown): error is Error & { statusCode: number } {
  return (
    error instanceof Error &&
    "code" in error &&
    String(error.code).startsWith("FST_ERR_") &&
    "statusCode" in error &&
    typeof error.statusCode === "number"
  );
}

/** What was no request to the parser of HTTP. */
function problemOfWire(error: NodeJS.ErrnoException): Problem {
  if (error.code === "HPE_HEADER_OVERFLOW") return new Problem("header_too_large");
  return new Problem(error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? "request_timeout" : "malformed_request");
}
