import { isIP } from "node:net";
import { env } from "@/server/platform/env";

/**
 * The client's address as the outermost proxy of ours wrote it down, or null. Each proxy adds whom it was asked by at
 * the end of the header, and whatever stands before the entries of our own proxies a client can make up. Without a
 * proxy the whole header is the client's, and no address is known.
 */
export function addressOf(headers: Headers, proxies = env.PURSE_TRUSTED_PROXIES): string | null {
  if (proxies === 0) return null;
  const written = headers.get("x-forwarded-for")?.split(",").at(-proxies)?.trim();
  return written && isIP(written) ? written : null;
}
