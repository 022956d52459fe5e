/** Shortens an id in the middle and keeps its prefix: `pay_01jd8w2m7k4f…` becomes `pay_01jd8w…k4f2`. */
export function shortenId(id: string, head = 6, tail = 4): string {
  const underscore = id.lastIndexOf("_");
  const prefix = underscore > 0 ? id.slice(0, underscore + 1) : "";
  const rest = id.slice(prefix.length);
  if (rest.length <= head + tail + 1) return id;
  return `${prefix}${rest.slice(0, head)}…${rest.slice(-tail)}`;
}
