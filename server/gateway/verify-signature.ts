/**
 * HTTP Message Signatures (RFC 9421) and Content-Digest (RFC 9530) of device requests. Nothing here knows whether a
 * device exists before its signature has verified: an unknown key is checked against a key of nobody, at equal cost.
 */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  timingSafeEqual,
  verify,
} from "node:crypto";
import {
  type ComponentDescriptor,
  type FieldOccurrence,
  isSignatureError,
  type SignatureErrorCode,
  type UntrustedSignatureCandidate,
  verifySignature,
} from "http-message-sig";
import { isInnerList, parseDictionary } from "structured-headers";
import { CLOCK_SKEW_SECONDS, ED25519_SPKI_PREFIX } from "@/server/devices/constants";
import { NONCE_PATTERN } from "./constants";
import { Problem, type ProblemCode } from "./errors";

export interface IncomingRequest {
  method: string;
  /** Addresses under which this request may have been signed; the first is the configured one. */
  targetUris: readonly string[];
  fields: readonly FieldOccurrence[];
  body: Uint8Array;
  /** Requests that change something carry a key and a number, and both are signed. */
  carriesMessage: boolean;
}

export interface SigningKey {
  publicKey: Uint8Array;
}

export interface VerifiedRequest<K extends SigningKey> {
  key: K;
  nonce: string;
  createdSeconds: number;
}

export interface FailedVerification<K extends SigningKey> {
  problem: Problem;
  /** What the request claimed, unproven; null when it claimed nothing that exists. */
  unverifiedKey: K | null;
}

export type Verification<K extends SigningKey> =
  | { ok: true; request: VerifiedRequest<K> }
  | ({ ok: false } & FailedVerification<K>);

const keyOfNobody = generateKeyPairSync("ed25519").publicKey;
const imported = new WeakMap<SigningKey, KeyObject>();

function keyObjectOf(key: SigningKey): KeyObject {
  let object = imported.get(key);
  if (!object) {
    const der = Buffer.concat([ED25519_SPKI_PREFIX, key.publicKey]);
    object = createPublicKey({ key: der, format: "der", type: "spki" });
    imported.set(key, object);
  }
  return object;
}

const PROBLEM_OF: Record<SignatureErrorCode, ProblemCode> = {
  MissingField: "signature_incomplete",
  MalformedField: "signature_malformed",
  LabelRequired: "signature_malformed",
  LabelMismatch: "signature_malformed",
  DuplicateLabel: "signature_malformed",
  InvalidComponent: "signature_malformed",
  DuplicateComponent: "signature_malformed",
  UnsupportedFeature: "signature_malformed",
  AlgorithmMismatch: "signature_incomplete",
  PolicyViolation: "signature_incomplete",
  VerificationFailed: "signature_invalid",
  ResolverFailed: "signature_malformed",
};

/**
 * Checks digest and signature. `findKey` is asked once per request at most, after everything that can be decided
 * without it. The moment is that of the wall clock, in seconds: a signature's `created` is no business time.
 */
export async function verifyRequest<K extends SigningKey>(
  request: IncomingRequest,
  findKey: (keyId: string) => Promise<K | null>,
  nowSeconds: number,
): Promise<Verification<K>> {
  const digestProblem = checkContentDigest(request);
  if (digestProblem) return { ok: false, problem: digestProblem, unverifiedKey: null };
  const fields = request.fields.filter((field) => isFieldText(field.value));
  for (const name of ["signature", "signature-input"]) {
    if (!fields.some((field) => field.name.toLowerCase() === name)) {
      return { ok: false, problem: new Problem("signature_missing"), unverifiedKey: null };
    }
  }

  let claimed: { key: K | null; keyId: string } | undefined;
  let failure: Problem | undefined;
  for (const targetUri of request.targetUris) {
    try {
      const signature = await verifySignature(
        { kind: "request", method: request.method, targetUri, fields },
        {
          policy: {
            algorithms: ["ed25519"],
            requiredComponents: [],
            requiredParameters: [],
            // Age is checked below, where the answer can say so.
            clockSkew: Number.MAX_SAFE_INTEGER,
            now: nowSeconds,
          },
          resolveVerifier: async (candidate) => {
            const keyId = checkCandidate(candidate, request, nowSeconds);
            claimed ??= { keyId, key: await findKey(keyId) };
            const object = claimed.key ? keyObjectOf(claimed.key) : keyOfNobody;
            return {
              algorithm: "ed25519",
              verify: (data, bytes) => bytes.length === 64 && verify(null, data, object, bytes),
            };
          },
        },
      );
      const { nonce, created } = signature.parameters;
      if (!claimed?.key || nonce === undefined || created === undefined) break;
      return { ok: true, request: { key: claimed.key, nonce, createdSeconds: created } };
    } catch (error) {
      failure = problemOf(error);
      if (failure.code !== "signature_invalid") break;
    }
  }
  const problem = failure ?? new Problem("signature_invalid");
  const unverifiedKey = claimed?.key ?? (await claimedKey(problem, findKey));
  return { ok: false, problem, unverifiedKey };
}

/** A refusal of age still says whose clock is off, though not to the sender. */
async function claimedKey<K>(
  failure: Problem,
  findKey: (keyId: string) => Promise<K | null>,
): Promise<K | null> {
  return failure instanceof AgeProblem ? await findKey(failure.keyId) : null;
}

class AgeProblem extends Problem {
  constructor(
    readonly keyId: string,
    detail: string,
    code: "clock_skew" | "signature_expired" = "clock_skew",
  ) {
    super(code, detail);
  }
}

function problemOf(error: unknown): Problem {
  if (!isSignatureError(error)) throw error;
  if (error.code === "ResolverFailed") {
    if (error.cause instanceof Problem) return error.cause;
    throw error.cause;
  }
  if (error.code === "LabelRequired") {
    return new Problem("signature_malformed", "The request carries several signatures; send exactly one.");
  }
  const code = PROBLEM_OF[error.code];
  return new Problem(code, code === "signature_invalid" ? undefined : `${error.message}.`);
}

/** Everything about a signature that can be judged without its key. Throws the problem; gives the key's name. */
function checkCandidate(
  candidate: UntrustedSignatureCandidate,
  request: IncomingRequest,
  nowSeconds: number,
): string {
  const { created, expires, nonce, alg, keyid } = candidate.parameters;
  const missing: string[] = [];
  const covered = new Set<string>();
  for (const component of candidate.components) {
    if (hasParameters(component)) {
      throw new Problem(
        "signature_malformed",
        `The component ${component.name} has parameters, which are not used here.`,
      );
    }
    covered.add(component.name);
  }
  if (!covered.has("@method")) missing.push("@method");
  if (!coversTarget(covered, request.targetUris[0] ?? "")) missing.push("@target-uri");
  if (request.body.length > 0 && !covered.has("content-digest")) missing.push("content-digest");
  if (request.carriesMessage) {
    for (const name of ["idempotency-key", "device-sequence"]) if (!covered.has(name)) missing.push(name);
  }
  if (created === undefined) missing.push("parameter created");
  if (nonce === undefined) missing.push("parameter nonce");
  if (keyid === undefined) missing.push("parameter keyid");
  if (alg !== "ed25519") missing.push('parameter alg="ed25519"');
  if (missing.length > 0 || created === undefined || nonce === undefined || keyid === undefined) {
    throw new Problem("signature_incomplete", `The signature must cover ${missing.join(", ")}.`);
  }
  if (!NONCE_PATTERN.test(nonce)) {
    throw new Problem("signature_malformed", "The nonce must be 8 to 64 visible ASCII characters.");
  }
  const off = created - nowSeconds;
  if (Math.abs(off) > CLOCK_SKEW_SECONDS) {
    throw new AgeProblem(
      keyid,
      `The signature's time is ${Math.abs(off)} s ${off > 0 ? "ahead" : "behind"}.`,
    );
  }
  if (expires !== undefined && expires < nowSeconds) {
    throw new AgeProblem(keyid, `The signature expired ${nowSeconds - expires} s ago.`, "signature_expired");
  }
  return keyid;
}

function hasParameters(component: ComponentDescriptor): boolean {
  return Object.keys(component.parameters).length > 0;
}

/** `@target-uri`, or the parts that make it up as far as a device can know them behind a proxy. */
function coversTarget(covered: ReadonlySet<string>, targetUri: string): boolean {
  if (covered.has("@target-uri")) return true;
  return (
    covered.has("@authority") && covered.has("@path") && (!targetUri.includes("?") || covered.has("@query"))
  );
}

function isFieldText(value: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(value);
}

const DIGESTS = { "sha-256": "sha256", "sha-512": "sha512" } as const;

/** Null when the body is what Content-Digest says; every digest of a kind that is known here must match. */
export function checkContentDigest(request: Pick<IncomingRequest, "fields" | "body">): Problem | null {
  const values = request.fields.filter((field) => field.name.toLowerCase() === "content-digest");
  if (values.length === 0) {
    return request.body.length === 0
      ? null
      : new Problem("content_digest_invalid", "A request with a body must carry Content-Digest.");
  }
  let known = 0;
  try {
    for (const [name, member] of parseDictionary(values.map((field) => field.value).join(", "))) {
      if (!(name === "sha-256" || name === "sha-512")) continue;
      const value = isInnerList(member) ? undefined : member[0];
      if (!(value instanceof ArrayBuffer))
        return new Problem("content_digest_invalid", `${name} is not a byte sequence.`);
      const actual = createHash(DIGESTS[name]).update(request.body).digest();
      const claimed = new Uint8Array(value);
      if (claimed.length !== actual.length || !timingSafeEqual(claimed, actual)) {
        return new Problem("content_digest_invalid", `${name} does not match the body that arrived.`);
      }
      known++;
    }
  } catch {
    return new Problem("content_digest_invalid", "Content-Digest is not a structured dictionary.");
  }
  return known > 0
    ? null
    : new Problem("content_digest_invalid", "Content-Digest must hold sha-256 or sha-512.");
}
