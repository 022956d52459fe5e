import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure";
import type { KeptChild } from "./keep-running";

const PATIENCE_MS = 60_000;

/** Waits until `url` answers anything below 500, or until `accept` likes its answer. */
export async function waitFor(
  what: string,
  url: string,
  child: KeptChild | undefined,
  accept: (response: Response) => Promise<boolean> | boolean = (response) => response.status < 500,
): Promise<void> {
  for (const began = Date.now(); Date.now() - began < PATIENCE_MS; await sleep(150)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000), redirect: "manual" });
      if (await accept(response)) return;
    } catch {
      // Not there yet.
    }
  }
  throw new Failure(
    `The ${what} did not get ready within a minute. Its last words:\n${child?.tail() || "(none)"}`,
  );
}
