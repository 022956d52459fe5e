/**
 * Who is at the other end of a request's connection. The web process writes it into a header of its own before the
 * pages see the request and takes away what the client wrote there; a process that has no such door believes nobody.
 */
export const PEER_HEADER = "x-purse-peer";

const DOOR = Symbol.for("common-purse.door");

/** Called by the process all of whose requests pass the door. */
export function keepDoor(kept = true): void {
  Reflect.set(globalThis, DOOR, kept);
}

export function hasDoor(): boolean {
  return Reflect.get(globalThis, DOOR) === true;
}
