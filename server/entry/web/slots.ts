/** Counts who is being worked for, by family, address and session. */
import type { Family } from "./families";

export type Entrance =
  | { ok: true; leave: () => void }
  | { ok: false; full: "family" | "address" | "session" };

export class Slots {
  private readonly taken = new Map<string, number>();

  /** `session` is what the cookie claims: somebody who makes one up is still counted by address. */
  enter(family: Family, address: string, session: string | null): Entrance {
    const wanted = [
      { full: "family", key: family.name, most: family.atOnce },
      { full: "address", key: `${family.name} ${address}`, most: family.atOncePerAddress },
      ...(session
        ? [{ full: "session", key: `${family.name} s ${session}`, most: family.atOncePerSession } as const]
        : []),
    ] as const;
    for (const { full, key, most } of wanted) if (this.count(key) >= most) return { ok: false, full };
    for (const { key } of wanted) this.taken.set(key, this.count(key) + 1);
    let inside = true;
    return {
      ok: true,
      leave: () => {
        if (!inside) return;
        inside = false;
        for (const { key } of wanted) {
          const left = this.count(key) - 1;
          if (left > 0) this.taken.set(key, left);
          else this.taken.delete(key);
        }
      },
    };
  }

  private count(key: string): number {
    return this.taken.get(key) ?? 0;
  }

  /** Keys that are counted at the moment; nobody is remembered who is gone. */
  get size(): number {
    return this.taken.size;
  }
}
