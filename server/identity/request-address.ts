import { isIP } from "node:net";
import { env } from "@/server/platform/env";
import { hasDoor, PEER_HEADER } from "@/server/platform/peer";

/**
 * The client's address, or null. With proxies of ours it is what the outermost of them wrote down: each adds whom it
 * was asked by at the end of the header, and whatever stands before their entries a client can make up. Without a
 * proxy the whole header is the client's; what counts then is who is at the other end of the connection, as the door
 * of the web process (server/entry/web) wrote it into `x-purse-peer`.
 */
export function addressOf(headers: Headers, proxies = env.PURSE_TRUSTED_PROXIES): string | null {
  const written =
    proxies === 0
      ? hasDoor() && headers.get(PEER_HEADER)
      : headers.get("x-forwarded-for")?.split(",").at(-proxies)?.trim();
  return written && isIP(written) ? written : null;
}
