import { afterEach, describe, expect, test } from "vitest";
import { keepDoor, PEER_HEADER } from "@/server/platform/peer";
import { addressOf } from "./request-address";

const asked = (forwarded?: string) =>
  new Headers(forwarded === undefined ? {} : { "x-forwarded-for": forwarded });

describe("the address of a client", () => {
  afterEach(() => keepDoor(false));

  test("is not taken from a header that the client can write itself", () => {
    expect(addressOf(asked("203.0.113.7"), 0)).toBeNull();
    expect(addressOf(asked("203.0.113.7, 198.51.100.2"), 1)).toBe("198.51.100.2");
    expect(addressOf(asked("203.0.113.7, 198.51.100.2, 10.0.0.1"), 2)).toBe("198.51.100.2");
  });

  test("is unknown when fewer proxies wrote than are trusted, or something else than an address", () => {
    expect(addressOf(asked("203.0.113.7"), 2)).toBeNull();
    expect(addressOf(asked("somebody"), 1)).toBeNull();
    expect(addressOf(asked(), 1)).toBeNull();
  });

  test("may be of version 6", () => {
    expect(addressOf(asked("2001:db8::7"), 1)).toBe("2001:db8::7");
  });

  test("is the other end of the connection when no proxy stands between, and the process has a door", () => {
    const written = new Headers({ [PEER_HEADER]: "198.51.100.9", "x-forwarded-for": "203.0.113.7" });
    keepDoor(false);
    expect(addressOf(written, 0)).toBeNull();
    keepDoor();
    expect(addressOf(written, 0)).toBe("198.51.100.9");
    expect(addressOf(written, 1)).toBe("203.0.113.7");
  });
});
