/**
 * The floor: the gateway's own HTTP server, pool and group commit, with a handler that stores one row and answers with
 * a body of the same length. It verifies nothing and decides nothing.
 */
import { v7 } from "uuid";
import { GroupDesk } from "@/server/gateway/group-desk";
import { operationList } from "@/server/gateway/operations";
import { type Answer, buildServer, type Call, type Handlers } from "@/server/gateway/server";
import { appPool } from "@/server/platform/db";

const ANSWER = {
  id: "pay_01kaj8sxhqe0v9s5r6f0m7b3gk",
  state: "authorised",
  amount: { amount: "2.75", currency: "EUR" },
  captured: { amount: "0.00", currency: "EUR" },
  refunded: { amount: "0.00", currency: "EUR" },
  declineReason: null,
  message: "2.75 EUR is held.",
  instrument: "Wallet 4f2a",
  occurredAt: "2026-11-21T09:00:00.000Z",
  authorisedAt: "2026-11-21T09:00:00.000Z",
  capturedAt: null,
  expiresAt: "2026-11-22T09:00:00.000Z",
};

const desk = new GroupDesk<string, true>(
  async (ids) => {
    await appPool().query({
      name: "floor",
      text: "insert into bench_floor (id, at) select u, clock_timestamp() from unnest($1::uuid[]) u",
      values: [`{${ids.join(",")}}`],
    });
    return ids.map(() => true);
  },
  { largestGroup: 64, groupsAtOnce: 3, failsTogether: () => false },
);

const notHere = async (_call: Call): Promise<Answer> => ({ status: 404, body: {} });
const handlers = {
  ...Object.fromEntries(operationList.map(([id]) => [id, notHere])),
  isLive: async () => ({ status: 200, body: { state: "live" } }),
  authorisePayment: async (call: Call) => {
    JSON.parse(Buffer.from(call.body).toString("utf8"));
    await desk.ask(v7());
    return { status: 201, body: ANSWER };
  },
} as Handlers;

const app = buildServer({ publicUrl: "http://127.0.0.1", handlers });
await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
