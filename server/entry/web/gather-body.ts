/** Reads a body within its limits before anybody works on it, and hands the request on as if nobody had. */
import { IncomingMessage } from "node:http";
import { GATHERED_BYTES } from "./families";
import type { Refusal } from "./refuse";

export interface BodyLimits {
  bodyBytes: number;
  bodySeconds: number;
}

let gathered = 0;

/** Gives the body, the reason why it was not read to its end, or null when the client went away. */
export async function gatherBody(
  request: IncomingMessage,
  limits: BodyLimits,
  mostOfAll = GATHERED_BYTES,
): Promise<Buffer | Refusal | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => settle("body_too_slow"), limits.bodySeconds * 1000);
      const settle = (outcome: Buffer | Refusal | null) => {
        clearTimeout(timer);
        request.off("data", take);
        resolve(outcome);
      };
      const take = (chunk: Buffer) => {
        bytes += chunk.length;
        gathered += chunk.length;
        if (bytes > limits.bodyBytes) settle("body_too_large");
        else if (gathered > mostOfAll) settle("busy");
        else chunks.push(chunk);
      };
      request.on("data", take);
      request.once("end", () => settle(Buffer.concat(chunks)));
      request.once("error", () => settle(null));
      request.once("close", () => settle(null));
    });
  } finally {
    gathered -= bytes;
  }
}

/** The same request with its body still to be read. */
export function withBody(request: IncomingMessage, body: Buffer): IncomingMessage {
  const copy = new IncomingMessage(request.socket);
  copy.method = request.method;
  copy.url = request.url;
  copy.httpVersion = request.httpVersion;
  copy.httpVersionMajor = request.httpVersionMajor;
  copy.httpVersionMinor = request.httpVersionMinor;
  copy.rawHeaders = request.rawHeaders;
  copy.headers = request.headers;
  copy.complete = true;
  if (body.length > 0) copy.push(body);
  copy.push(null);
  return copy;
}
