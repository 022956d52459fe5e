/** The closed union of error codes that may reach a client, and what each is over HTTP and tRPC. */

export const ERROR_TABLE = {
  bad_request: { status: 400, trpc: "BAD_REQUEST" },
  invalid_input: { status: 422, trpc: "UNPROCESSABLE_CONTENT" },
  unauthenticated: { status: 401, trpc: "UNAUTHORIZED" },
  forbidden: { status: 403, trpc: "FORBIDDEN" },
  not_found: { status: 404, trpc: "NOT_FOUND" },
  conflict: { status: 409, trpc: "CONFLICT" },
  payload_too_large: { status: 413, trpc: "PAYLOAD_TOO_LARGE" },
  precondition_failed: { status: 412, trpc: "PRECONDITION_FAILED" },
  too_many_requests: { status: 429, trpc: "TOO_MANY_REQUESTS" },
  internal: { status: 500, trpc: "INTERNAL_SERVER_ERROR" },
  unavailable: { status: 503, trpc: "SERVICE_UNAVAILABLE" },
} as const;

export type ErrorCode = keyof typeof ERROR_TABLE;

/**
 * A refusal that a client may see: `code` from the closed table, `reason` a stable snake_case word of the domain
 * (`payout_already_approved`), `message` a sentence that says what happened and what to do next.
 */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly reason: string,
    message: string,
    readonly details?: Record<string, unknown>,
  ) {
    super(message);
    this.name = "AppError";
  }
}

export function notFound(what: string): AppError {
  return new AppError(
    "not_found",
    `${what.replaceAll(" ", "_")}_not_found`,
    `There is no such ${what}, or you may not see it.`,
  );
}

/** For what cannot happen: an invariant of ours is broken. Clients see only a request id. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}
