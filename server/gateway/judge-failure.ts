/** Whether a failure means that the database is away for the moment, so that asking again is worth while. */

/** Connection exceptions, shutdown, too many connections, cancelled statements (PostgreSQL, appendix A). */
const TRANSIENT = /^(08|57P0|53|57014|40)/;
const SOCKET = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"]);
/** What the driver says without a code when a connection ends under it. */
const SENTENCES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/;

export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  const code = "code" in error ? String(error.code) : "";
  return SOCKET.has(code) || (code.length === 5 && TRANSIENT.test(code)) || SENTENCES.test(error.message);
}
