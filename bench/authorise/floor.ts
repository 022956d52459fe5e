/**
 * The floor: the gateway's own server, pool and group commit, with a handler that checks the signature, reads the
 * message, stores one row and answers with a body of the same length. With the argument `bare` it checks nothing and
 * reads nothing but JSON.
 */
import { v7 } from "uuid";
import { COMMIT_GROUPS, VERIFICATIONS_A_TURN } from "@/server/gateway/constants";
import { GroupDesk } from "@/server/gateway/group-desk";
import { KnownCredentials } from "@/server/gateway/known-credentials";
import { operationList } from "@/server/gateway/operations";
import { incomingOf } from "@/server/gateway/read-call";
import { readBody, readMessageHeader } from "@/server/gateway/read-message";
import { paymentBody } from "@/server/gateway/schema";
import { type Answer, buildServer, type Call, type Handlers } from "@/server/gateway/server";
import { TurnQueue } from "@/server/gateway/turn-queue";
import { verifyRequest } from "@/server/gateway/verify-signature";
import { binaryArray } from "@/server/platform/binary-array";
import { callFunction } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import { mintSystemScope } from "@/server/platform/scope";

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

const system = mintSystemScope("bench");
const desk = new GroupDesk<string, true>(
  async (ids) => {
    await callFunction(system, {
      name: "floor",
      text: "insert into bench_floor (id, at) select u, clock_timestamp() from unnest($1::uuid[]) u",
      params: [binaryArray("uuid", ids, (id) => id)],
    });
    return ids.map(() => true);
  },
  { ...COMMIT_GROUPS, failsTogether: () => false },
);

const verifications = new TurnQueue(VERIFICATIONS_A_TURN);
const bare = process.argv[2] === "bare";
const credentials = new KnownCredentials(system);

const notHere = async (_call: Call): Promise<Answer> => ({ status: 404, body: {} });
const handlers = {
  ...Object.fromEntries(operationList.map(([id]) => [id, notHere])),
  isLive: async () => ({ status: 200, body: { state: "live" } }),
  authorisePayment: async (call: Call) => {
    if (bare) JSON.parse(Buffer.from(call.body).toString("utf8"));
    else {
      await verifications.take();
      const incoming = incomingOf(call, env.PURSE_GATEWAY_URL, true);
      const verified = await verifyRequest(incoming, credentials.find, Math.floor(Date.now() / 1000));
      if (!verified.ok) throw verified.problem;
      readMessageHeader(call.headers);
      readBody(paymentBody, call.body, true);
    }
    await desk.ask(v7());
    return { status: 201, body: ANSWER };
  },
} as unknown as Handlers;

const app = buildServer({ publicUrl: env.PURSE_GATEWAY_URL, handlers });
await app.listen({ host: "127.0.0.1", port: env.PURSE_GATEWAY_PORT });
