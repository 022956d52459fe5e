import { env } from "@/server/platform/env";

/**
 * What every answer of the web process says, whoever gives it: the door, a route, a file or a page. Pages add their own
 * Content-Security-Policy with the nonce of their scripts (proxy.ts); anything else is no document and gets none.
 */
export function securityHeaders(): [string, string][] {
  return [
    [
      "content-security-policy",
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ],
    ["x-content-type-options", "nosniff"],
    ["x-frame-options", "DENY"],
    ["referrer-policy", "same-origin"],
    [
      "permissions-policy",
      "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), usb=()",
    ],
    ["cross-origin-opener-policy", "same-origin"],
    ["cross-origin-resource-policy", "same-origin"],
    ["x-permitted-cross-domain-policies", "none"],
    ...(env.PURSE_WEB_URL.startsWith("https:")
      ? ([["strict-transport-security", "max-age=63072000; includeSubDomains"]] as [string, string][])
      : []),
  ];
}
