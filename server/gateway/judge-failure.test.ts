import { describe, expect, test } from "vitest";
import { TransientDatabaseError } from "@/server/platform/db";
import { isUnavailable } from "./judge-failure";

const failure = (message: string, code?: string) => Object.assign(new Error(message), code ? { code } : {});

describe("a failure of the database", () => {
  test("that passes by itself is told from one that stays", () => {
    for (const code of [
      "ECONNREFUSED",
      "ECONNRESET",
      "08006",
      "57P01",
      "57P03",
      "53300",
      "57014",
      "40001",
      "40P01",
    ]) {
      expect(isUnavailable(failure("x", code)), code).toBe(true);
    }
    expect(isUnavailable(failure("Connection terminated unexpectedly"))).toBe(true);
    // What gives up because others were always faster.
    expect(isUnavailable(new TransientDatabaseError("x"))).toBe(true);
    expect(isUnavailable(new AggregateError([failure("x", "ECONNREFUSED")]))).toBe(true);
    for (const code of ["23505", "42P01", "22003", "P0001"])
      expect(isUnavailable(failure("x", code)), code).toBe(false);
    expect(isUnavailable(new Error("Invariant broken"))).toBe(false);
    expect(isUnavailable("ECONNREFUSED")).toBe(false);
  });
});
