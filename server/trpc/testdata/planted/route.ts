/** A route that no table lists; the authorisation test must find it. */
export function GET(): Response {
  return Response.json({ ok: true });
}
