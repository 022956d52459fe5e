/**
 * Which request asks for what is being done, and from where. It goes along with the work like the moved clock, so that
 * what is written in consequence (the audit log) says so without every service handing it on.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export interface Asking {
  requestId: string;
  /** The client's address, as far as it is known for sure. */
  address: string | null;
}

const asking = new AsyncLocalStorage<Asking>();

/** Null when nobody asked: the platform acts by itself. */
export function whoAsks(): Asking | null {
  return asking.getStore() ?? null;
}

export function whileAsked<T>(by: Asking, work: () => T): T {
  return asking.run(by, work);
}
