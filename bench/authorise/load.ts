/**
 * The devices of the bench, in a process of their own: they sign beforehand, so that their own cost, the same on both
 * sides, is that of sending and reading. Told by its parent what to send; answers with latencies.
 */
import { createPrivateKey, type KeyObject, randomUUID } from "node:crypto";
import { type Loop, loopOf } from "@/bench/measure";
import { signedHeaders } from "@/simulator/sign";
import { bytesOf, Wires } from "./wire";

export interface LoadDevice {
  keyId: string;
  /** PKCS#8, PEM. */
  privateKey: string;
}

export interface LoadSetUp {
  devices: LoadDevice[];
  tokens: string[];
}

/** Either so many callers in a closed loop, or so many requests a second whatever the answers do. */
export interface LoadOrder {
  url: string;
  seconds: number;
  callers?: number;
  perSecond?: number;
  /** The server tells no request from another: a few are sent again and again. */
  repeats?: boolean;
}

export interface LoadResult extends Loop {
  /** Answers with 201. */
  authorised: number;
  /** Other answers, by status and code. */
  others: Record<string, number>;
}

interface Device {
  keyId: string;
  key: KeyObject;
  sequence: number;
}

const PATH = "/v1/payments";
/** Before a loop counts: a server that sat idle while others were loaded has its caches to fill and its plans to fetch. */
const LEAD_IN_SECONDS = 0.5;
/** More than are ever under way at half load. */
const OPEN_LOOP_CONNECTIONS = 256;
let devices: Device[] = [];
let tokens: string[] = [];
let turn = 0;

/** A request as it goes over the wire. */
function sign(origin: string): Buffer {
  const device = devices[turn % devices.length] as Device;
  const body = JSON.stringify({
    amount: { amount: "2.75", currency: "EUR" },
    instrument: { token: tokens[turn % tokens.length] },
    capture: turn % 2 === 0,
    description: "Quay 4, one hour",
  });
  turn++;
  device.sequence++;
  const url = `${origin}${PATH}`;
  const headers = signedHeaders({
    method: "POST",
    url,
    keyId: device.keyId,
    privateKey: device.key,
    body,
    message: { key: randomUUID(), sequence: device.sequence },
    createdSeconds: Math.floor(Date.now() / 1000),
  });
  return bytesOf({ method: "POST", url, headers, body });
}

async function carryOut(order: LoadOrder, signed: readonly Buffer[]): Promise<LoadResult> {
  const connections = order.callers ?? OPEN_LOOP_CONNECTIONS;
  // Devices keep their connections; were they opened under way, the opening of many at once would be what is measured.
  const wires = await Wires.open(order.url, connections);
  const healthz = bytesOf({ method: "GET", url: `${order.url}/healthz`, headers: {}, body: "" });
  await Promise.all(Array.from({ length: connections }, () => wires.send(healthz)));
  // What signing left behind is not collected while others wait for an answer.
  globalThis.gc?.();
  const latencies: number[] = [];
  const others: Record<string, number> = {};
  let authorised = 0;
  let sent = 0;
  const send = async (request: Buffer, since: number) => {
    const { status, body } = await wires.send(request);
    if (since >= counts) latencies.push(performance.now() - since);
    if (status === 201) authorised++;
    else {
      const code = (/"(?:code|declineReason)":"(\w+)"/.exec(body) ?? [])[1] ?? "";
      others[`${status} ${code}`] = (others[`${status} ${code}`] ?? 0) + 1;
    }
  };
  const start = performance.now();
  const counts = start + LEAD_IN_SECONDS * 1000;
  const end = counts + order.seconds * 1000;
  if (order.perSecond !== undefined) {
    const gap = 1000 / order.perSecond;
    const under: Promise<void>[] = [];
    // Latency counts from the moment the request was due, so that a server that stalls is charged for its queue.
    for (let due = start; due < end && sent < signed.length; ) {
      const now = performance.now();
      for (; due <= now && due < end && sent < signed.length; due += gap) {
        under.push(send(signed[sent++] as Buffer, due));
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(under);
  } else {
    await Promise.all(
      Array.from({ length: order.callers ?? 1 }, async () => {
        while (performance.now() < end && (order.repeats || sent < signed.length)) {
          const request = signed[sent++ % signed.length] as Buffer;
          await send(request, performance.now());
        }
      }),
    );
  }
  const elapsed = (performance.now() - counts) / 1000;
  wires.close();
  return { ...loopOf(latencies, elapsed), authorised, others };
}

/** Most requests a second that are signed for a closed loop; a run that uses them up ends early. */
const MOST_PER_SECOND = 9_000;
const REPEATED = 1_000;

process.on("message", (message: { setUp?: LoadSetUp; order?: LoadOrder }) => {
  if (message.setUp) {
    tokens = message.setUp.tokens;
    devices = message.setUp.devices.map(({ keyId, privateKey }) => ({
      keyId,
      key: createPrivateKey(privateKey),
      sequence: 0,
    }));
    process.send?.({ ready: true });
  }
  const { order } = message;
  if (order) {
    const count =
      order.repeats && !order.perSecond
        ? REPEATED
        : Math.ceil((order.perSecond ?? MOST_PER_SECOND) * (LEAD_IN_SECONDS + order.seconds));
    const signed = Array.from({ length: count }, () => sign(order.url));
    carryOut(order, signed).then(
      (result) => process.send?.({ result }),
      (error: unknown) => process.send?.({ failure: String(error) }),
    );
  }
});
