import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { AppError } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import { parseMicros } from "@/server/platform/money";
import {
  agencyProcedure,
  merchantProcedure,
  operatorProcedure,
  type RequestContext,
  router,
  signedInProcedure,
} from "./procedures";
import type { Access, ActiveSession } from "./types";

const session: ActiveSession = {
  sessionId: "01890000-0000-7000-8000-000000000001" as Id<"session">,
  user: {
    id: "01890000-0000-7000-8000-000000000002" as Id<"user">,
    email: "a@example.org",
    name: "A",
    preferences: { singleKeyShortcuts: true, density: "comfortable" },
  },
};

const access: Access = {
  membershipId: "01890000-0000-7000-8000-000000000003" as Id<"membership">,
  role: "viewer",
  organisation: {
    id: "01890000-0000-7000-8000-000000000004" as Id<"organisation">,
    kind: "merchant",
    slug: "acme",
    name: "Acme",
    suspended: false,
  },
};

let bodyRan = false;
const SECRET = "password=hunter2 at 10.0.0.7";

const planted = router({
  refuses: merchantProcedure("payments.read").query(() => {
    throw new AppError("conflict", "payout_already_approved", "This payout was approved already.", {
      by: "B",
    });
  }),
  breaks: merchantProcedure("payments.read").query(() => {
    throw new Error(SECRET);
  }),
  breaksInside: merchantProcedure("payments.read").query(() => {
    z.object({ column: z.number() }).parse({ column: SECRET });
  }),
  badOutput: merchantProcedure("payments.read")
    .output(z.object({ fine: z.boolean() }))
    .query(() => ({ fine: SECRET as unknown as boolean })),
  money: merchantProcedure("payments.read").query(() => parseMicros("1e9").toString()),
  input: merchantProcedure("payments.read")
    .input(z.object({ id: z.string() }))
    .query(({ ctx }) => {
      bodyRan = true;
      return ctx.scope.organisationId;
    }),
  needsMore: merchantProcedure("team.manage")
    .input(z.object({ id: z.string() }))
    .query(() => "reached"),
});

async function ask(path: string, over: Partial<RequestContext> = {}, input?: unknown) {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetchRequestHandler({
    endpoint: "/x",
    req: new Request(`http://localhost/x/${path}${query}`),
    router: planted,
    createContext: (): RequestContext => ({
      requestId: "req_1",
      organisationSlug: "acme",
      session: async () => session,
      access: async () => access,
      ip: null,
      userAgent: null,
      ...over,
    }),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
}

describe("what a client learns of an error", () => {
  test("a refusal keeps its status, word, sentence and details", async () => {
    const { status, body } = await ask("refuses");
    expect(status).toBe(409);
    expect(body.error.message).toBe("This payout was approved already.");
    expect(body.error.data).toEqual({
      code: "CONFLICT",
      httpStatus: 409,
      reason: "payout_already_approved",
      requestId: "req_1",
      details: { by: "B" },
    });
  });

  test.each(["breaks", "breaksInside", "badOutput"])(
    "of a fault of ours (%s) only the request id",
    async (path) => {
      const { status, text, body } = await ask(path);
      expect(status).toBe(500);
      expect(body.error.data).toMatchObject({ reason: "internal", requestId: "req_1" });
      expect(text).not.toContain("hunter2");
      expect(text).not.toMatch(/stack|node_modules|\.ts:/);
    },
  );

  test("an amount that nobody can read is the client's to mend", async () => {
    const { status, body } = await ask("money");
    expect(status).toBe(422);
    expect(body.error.data.reason).toBe("amount_malformed");
  });

  test("input that does not fit names the place", async () => {
    const { status, body } = await ask("input", {}, { id: 5 });
    expect(status).toBe(400);
    expect(body.error.data).toMatchObject({ reason: "input_invalid", details: { issues: [{ path: "id" }] } });
  });

  test("a procedure that does not exist is not found", async () => {
    const { status, body } = await ask("nothing");
    expect(status).toBe(404);
    expect(body.error.data.reason).toBe("procedure_not_found");
  });
});

describe("the guard", () => {
  const garbage = { id: 5 };

  test("comes before the input: nobody learns what an input should look like", async () => {
    bodyRan = false;
    expect(await ask("input", { session: async () => null }, garbage)).toMatchObject({ status: 401 });
    expect(await ask("input", { access: async () => null }, garbage)).toMatchObject({ status: 403 });
    expect(await ask("needsMore", {}, garbage)).toMatchObject({ status: 403 });
    expect(bodyRan).toBe(false);
  });

  test("hands over the scope of the organisation in the address", async () => {
    const { body } = await ask("input", {}, { id: "x" });
    expect(body.result.data).toBe(access.organisation.id);
  });

  test("refuses an organisation of another kind and a suspended one", async () => {
    const agency = { ...access, organisation: { ...access.organisation, kind: "agency" as const } };
    expect((await ask("input", { access: async () => agency }, garbage)).body.error.data.reason).toBe(
      "not_a_member",
    );
    const shut = { ...access, organisation: { ...access.organisation, suspended: true } };
    const { body } = await ask("input", { access: async () => shut }, garbage);
    expect(body.error.data.reason).toBe("organisation_suspended");
  });

  test("takes no permission that its portal does not have", () => {
    // @ts-expect-error a merchant never decides cases
    merchantProcedure("cases.decide");
    // @ts-expect-error an agency never pays
    agencyProcedure("payouts.pay");
    // @ts-expect-error there is no such permission
    operatorProcedure("everything");
    // @ts-expect-error a procedure of a portal without a permission does not compile
    operatorProcedure();
    expect(signedInProcedure()._def.meta).toEqual({ portal: "signed_in", permission: null });
  });

  test("a failing look-up is our fault, not a reason to let somebody in", async () => {
    const failing = async () => {
      throw new Error("the database is away");
    };
    expect((await ask("input", { access: failing }, { id: "x" })).status).toBe(500);
  });
});

describe("card numbers", () => {
  test("are refused in any field of any procedure, and the body does not run", async () => {
    bodyRan = false;
    const { status, text, body } = await ask("input", {}, { id: "paid with 4111 1111 1111 1111 today" });
    expect(status).toBe(422);
    expect(body.error.data).toMatchObject({ reason: "card_number_refused", details: { path: "id" } });
    expect(text).not.toContain("4111");
    expect(bodyRan).toBe(false);
  });

  test("are not seen in ids, times and amounts", async () => {
    bodyRan = false;
    const { status } = await ask(
      "input",
      {},
      { id: "pay_01m7xx2hhsehvtsasmv2fyc1m0 2026-11-21T03:15:00Z 1234567.89" },
    );
    expect(status).toBe(200);
    expect(bodyRan).toBe(true);
  });
});
