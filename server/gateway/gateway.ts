/**
 * What the gateway does with a request, in the order that README.md gives: verify, admit, read, work, answer. Only
 * this file mints device scopes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { MESSAGE_KEPT_HOURS, SEQUENCE_WINDOW } from "@/server/devices/constants";
import { admitRequests, readHighestSequence } from "@/server/devices/service";
import type { Admission, AdmissionRequest, VerificationCredential } from "@/server/devices/types";
import { IDEMPOTENCY_KEPT_HOURS } from "@/server/payments/constants";
import { decidePayments, type LookedUp, lookUpPayments } from "@/server/payments/service/authorise-payment";
import { capturePayment, getPaymentForDevice, voidPayment } from "@/server/payments/service/capture-payment";
import { recordUsage } from "@/server/payments/service/record-usage";
import type { AuthorisationItem, AuthoriseRequest, AuthoriseResult } from "@/server/payments/types";
import { withScope } from "@/server/platform/db";
import { type Id, toPublicId } from "@/server/platform/ids";
import { parseMicros } from "@/server/platform/money";
import { type DeviceScope, mintDeviceScope, mintSystemScope } from "@/server/platform/scope";
import { answerPayment } from "./answer-payment";
import { answerUsage } from "./answer-usage";
import { COMMIT_GROUPS, MAX_IN_FLIGHT_PER_DEVICE, REFUSAL_FLOOR_MS, VERIFICATIONS_A_TURN } from "./constants";
import { isProblemCode, PROBLEM_OF_ADMISSION, PROBLEMS, Problem } from "./errors";
import { GroupDesk } from "./group-desk";
import { GuessingGuard } from "./guessing-guard";
import { isUnavailable } from "./judge-failure";
import { KnownCredentials } from "./known-credentials";
import { buildOpenApi } from "./openapi";
import { type OperationId, operations } from "./operations";
import { incomingOf, minorMicros, paymentIdOf, readPayment, requireCurrency, required } from "./read-call";
import { hashRequest, type MessageHeader, readBody, readMessageHeader } from "./read-message";
import { readUsage } from "./read-usage";
import { TrafficRecorder } from "./record-traffic";
import { captureBody, voidBody } from "./schema";
import { type Answer, buildServer, type Call, type Handlers } from "./server";
import { TurnQueue } from "./turn-queue";
import { verifyRequest } from "./verify-signature";

interface Verified {
  scope: DeviceScope;
  message: MessageHeader | null;
  admission: AdmissionRequest;
}

export interface GatewayOptions {
  /** Where devices reach the gateway, without a trailing slash; part of what they sign. */
  publicUrl: string;
  maxInFlight?: number;
}

export function buildGateway(options: GatewayOptions) {
  const publicUrl = options.publicUrl.replace(/\/+$/, "");
  const system = mintSystemScope("gateway");
  const credentials = new KnownCredentials(system);
  const traffic = new TrafficRecorder(system);
  const guessing = new GuessingGuard(system);
  const inFlight = new Map<Id<"device">, number>();
  const admissions = new GroupDesk<AdmissionRequest, Admission>(
    (requests) => admitRequests(system, requests),
    { largestGroup: 128, groupsAtOnce: 2, failsTogether: isUnavailable },
  );
  const decisions = new GroupDesk<LookedUp, AuthoriseResult>(decidePayments, {
    ...COMMIT_GROUPS,
    failsTogether: isUnavailable,
  });
  // Few look after the ones before them are committed, so that neither waits for the other in the database; when many
  // wait, their facts are read while a group is committed.
  const looks = new GroupDesk<AuthorisationItem, LookedUp>(lookUpPayments, {
    largestGroup: 64,
    groupsAtOnce: 1,
    pace: { ms: 2, enough: 16, behind: decisions },
    failsTogether: isUnavailable,
  });

  const verifications = new TurnQueue(VERIFICATIONS_A_TURN);

  /** Verifies the signature and reads the message's header; every refusal is noted for the device that it concerns. */
  async function verify(call: Call, id: OperationId): Promise<Verified> {
    await verifications.take();
    const started = performance.now();
    const { carriesMessage } = operations[id];
    const verified = await verifyRequest(
      incomingOf(call, publicUrl, carriesMessage),
      credentials.find,
      Math.floor(Date.now() / 1000),
    );
    if (!verified.ok) {
      note(verified.unverifiedKey, verified.problem, false);
      const left = REFUSAL_FLOOR_MS - (performance.now() - started);
      if (left > 0) await sleep(left);
      throw verified.problem;
    }
    const { key, nonce } = verified.request;
    return await noting(key, async () => {
      const message = carriesMessage ? readMessageHeader(call.headers) : null;
      return {
        scope: mintDeviceScope(key.merchantId, key.deviceId),
        message,
        admission: { credentialId: key.credentialId, nonce, message },
      };
    });
  }

  async function admit({ scope, message, admission }: Verified): Promise<void> {
    const { outcome } = await admissions.ask(admission);
    if (outcome !== "admitted") throw await refusedMessage(scope, outcome);
    saw(scope, message);
  }

  /** A device whose number is too low is told where its numbers stand, so that it can go on at once. */
  async function refusedMessage(
    { deviceId }: DeviceScope,
    outcome: Exclude<Admission["outcome"], "admitted">,
  ): Promise<Problem> {
    if (outcome !== "sequence_too_old") return new Problem(PROBLEM_OF_ADMISSION[outcome]);
    const highest = await readHighestSequence(system, deviceId);
    return new Problem(
      "sequence_too_old",
      `The highest number of this device is ${highest}; a new message has ${lowestNew(highest)} or more.`,
      { highestSequence: Number(highest) },
    );
  }

  function saw({ deviceId }: DeviceScope, message: MessageHeader | null, paymentAt?: Date): void {
    traffic.saw({ deviceId, seenAt: new Date(), sequence: message?.sequence, paymentAt });
  }

  function note(
    key: VerificationCredential | { deviceId: Id<"device"> } | null,
    problem: Problem,
    verified: boolean,
  ): void {
    traffic.refused({
      deviceId: key?.deviceId ?? null,
      code: problem.code,
      at: new Date(),
      verified,
      detail: problem.detail,
    });
  }

  async function noting<T>(key: { deviceId: Id<"device"> }, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Problem) note(key, error, true);
      throw error;
    }
  }

  /** A handler for verified requests; what it throws is noted. */
  function verified(
    id: OperationId,
    work: (call: Call, request: Verified) => Promise<Answer>,
  ): (call: Call) => Promise<Answer> {
    return async (call) => {
      const request = await verify(call, id);
      const { deviceId } = request.scope;
      return await noting(request.scope, async () => {
        const others = inFlight.get(deviceId) ?? 0;
        if (others >= MAX_IN_FLIGHT_PER_DEVICE) {
          throw new Problem("too_many_requests", "This device has too many requests under way.");
        }
        inFlight.set(deviceId, others + 1);
        try {
          return await work(call, request);
        } finally {
          const left = (inFlight.get(deviceId) ?? 1) - 1;
          if (left > 0) inFlight.set(deviceId, left);
          else inFlight.delete(deviceId);
        }
      });
    };
  }

  function signed(
    id: OperationId,
    work: (call: Call, request: Verified) => Promise<Answer>,
  ): (call: Call) => Promise<Answer> {
    return verified(id, async (call, request) => {
      await admit(request);
      return await work(call, request);
    });
  }

  const handlers: Handlers = {
    // The one operation that thousands of devices wait for: its message is admitted with the facts of the decision.
    authorisePayment: verified("authorisePayment", async (call, request) => {
      const { scope, message, admission } = request;
      guessing.check(scope.deviceId);
      let payment: AuthoriseRequest;
      try {
        payment = readPayment(call, required(message));
      } catch (error) {
        // What cannot be read is a message all the same: it is admitted, or refused for that, before it is refused.
        if (error instanceof Problem) await admit(request);
        throw error;
      }
      const result = await decisions.ask(await looks.ask({ scope, admission, request: payment }));
      if (result.ok || result.reason !== "not_admitted") {
        saw(scope, message, result.ok && !result.replayed ? new Date() : undefined);
      }
      if (!result.ok && result.reason === "not_admitted") throw await refusedMessage(scope, result.outcome);
      if (result.ok && !result.replayed && result.payment.declineReason === "instrument_unknown") {
        await guessing.missed(scope.deviceId, [payment.instrumentToken]);
      }
      return answerPayment(result);
    }),
    capturePayment: signed("capturePayment", async (call, { scope, message }) => {
      const body = readBody(captureBody, call.body, false);
      const paymentId = paymentIdOf(call);
      if (body.amount) await requireCurrency(scope, paymentId, body.amount.currency);
      return answerPayment(
        await capturePayment(scope, {
          paymentId,
          amountMicros: body.amount && minorMicros(body.amount.amount, body.amount.currency),
          idempotency: {
            key: required(message).idempotencyKey,
            requestHash: hashRequest(call.method, call.path, body),
          },
        }),
      );
    }),
    voidPayment: signed("voidPayment", async (call, { scope, message }) => {
      const body = readBody(voidBody, call.body, false);
      const paymentId = paymentIdOf(call);
      return answerPayment(
        await voidPayment(scope, {
          paymentId,
          idempotency: {
            key: required(message).idempotencyKey,
            requestHash: hashRequest(call.method, call.path, body),
          },
        }),
      );
    }),
    getPayment: signed("getPayment", async (call, { scope }) => {
      return answerPayment(await getPaymentForDevice(scope, paymentIdOf(call)));
    }),
    getDevice: signed("getDevice", async (_call, { scope }) => {
      const highest = await readHighestSequence(system, scope.deviceId);
      return {
        status: 200,
        body: {
          id: toPublicId("device", scope.deviceId),
          // Another state would not have been admitted.
          state: "active",
          time: new Date().toISOString(),
          highestSequence: Number(highest),
          lowestNewSequence: Number(lowestNew(highest)),
          answersKeptHours: Math.min(IDEMPOTENCY_KEPT_HOURS, MESSAGE_KEPT_HOURS),
        },
      };
    }),
    recordUsage: verified("recordUsage", async (call, request) => {
      const { scope } = request;
      guessing.check(scope.deviceId);
      await admit(request);
      const read = readUsage(call.body);
      const records = read.flatMap((each) => (each.ok ? [each.record] : []));
      const result = await recordUsage(
        scope,
        records.map((record) => ({
          key: record.key,
          instrumentToken: record.instrument.token,
          amountMicros: parseMicros(record.amount.amount),
          currency: record.amount.currency,
          occurredAt: new Date(record.occurredAt),
          quantity: record.quantity,
          unit: record.unit,
        })),
      );
      if (!result.ok) {
        throw new Problem(result.reason === "batch_too_large" ? "body_too_large" : result.reason);
      }
      const unknown = records.filter((_, index) => result.records[index]?.reason === "instrument_unknown");
      await guessing.missed(
        scope.deviceId,
        unknown.map((record) => record.instrument.token),
      );
      return answerUsage(read, result);
    }),
    isLive: async () => ({ status: 200, body: { state: "live" } }),
    isReady: async (call) => {
      const up = await withScope(system, (tx) => tx.query("select 1")).then(
        () => true,
        () => false,
      );
      return {
        status: up ? 200 : 503,
        body: { state: up ? "ready" : "not_ready", database: up ? "up" : "down", inFlight: call.inFlight },
      };
    },
    getOpenApi: async () => ({ status: 200, body: openApi }),
    explainProblem: async (call) => {
      const code = call.params.code ?? "";
      if (!isProblemCode(code)) throw new Problem("route_not_found");
      return { status: 200, body: { code, ...PROBLEMS[code] } };
    },
  };

  const openApi = buildOpenApi(publicUrl);
  const app = buildServer({
    publicUrl,
    handlers,
    ...(options.maxInFlight ? { maxInFlight: options.maxInFlight } : {}),
  });
  app.addHook("onReady", async () => traffic.start());
  app.addHook("onClose", async () => await traffic.stop());
  return {
    app,
    /** Writes gathered notes at once; for tests and for whoever wants to read them now. */
    flush: () => traffic.flush(),
    load: () => ({
      admissionsWaiting: admissions.length,
      authorisationsWaiting: looks.length + decisions.length,
    }),
  };
}

/** The lowest number that a new message may have. */
function lowestNew(highest: bigint): bigint {
  const lowest = highest - SEQUENCE_WINDOW;
  return lowest > 1n ? lowest : 1n;
}
