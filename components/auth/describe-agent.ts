/** "Firefox on Windows" from a user agent; for the eye only, since anybody can send any. */
export function describeAgent(userAgent: string | null): { label: string; phone: boolean } {
  if (!userAgent) return { label: "Unknown device", phone: false };
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const phone = /Mobile|Android|iPhone/.test(userAgent);
  if (browser && system) return { label: `${browser} on ${system}`, phone };
  return { label: browser ?? system ?? userAgent.slice(0, 40), phone };
}

// Order matters: most browsers also name those they descend from.
const BROWSERS: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];

const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];
