import { isIP } from "node:net";

/**
 * The client's address as the nearest proxy reports it, or null. Without a proxy in front a client can write the
 * header itself: use it for counting and for the eye, never to let somebody in.
 */
export function addressOf(headers: Headers): string | null {
  const last = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  return last && isIP(last) ? last : null;
}
