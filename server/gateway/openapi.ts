/** The OpenAPI 3.1 document of the device API, made from the operations and their schemas. */
import { z } from "zod";
import { NONCE_KEPT_SECONDS, SEQUENCE_WINDOW } from "@/server/devices/constants";
import { IDEMPOTENCY_KEY_PATTERN, MAX_SEQUENCE } from "./constants";
import { describeSigning } from "./describe-signing";
import { PROBLEMS, type ProblemCode } from "./errors";
import { type Operation, type OperationId, operationList } from "./operations";
import { named, problemAnswer } from "./schema";

type Json = Record<string, unknown>;

const SCHEMA_PREFIX = "#/components/schemas/";

function jsonSchemas(io: "input" | "output"): Record<string, Json> {
  const made = z.toJSONSchema(named, {
    io,
    uri: (id) => `${SCHEMA_PREFIX}${id}`,
    target: "draft-2020-12",
    override: ({ jsonSchema }) => {
      // The format says it; the pattern that comes with it is unreadable.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
      // Answers may get more fields; whoever reads them must not mind.
      if (io === "output" && jsonSchema.additionalProperties === false)
        delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([id, schema]) => {
      const { $schema: _, $id: __, ...rest } = schema as Json;
      return [id, rest];
    }),
  );
}

function refTo(schema: z.ZodType): Json {
  const id = named.get(schema)?.id;
  return id ? { $ref: `${SCHEMA_PREFIX}${id}` } : { type: "object" };
}

/** Request schemas are those of what may be sent, answer schemas those of what is sent back. */
function componentSchemas(): Record<string, Json> {
  const inputs = jsonSchemas("input");
  const outputs = jsonSchemas("output");
  const answers = new Set<string>();
  const collect = (id: string) => {
    if (answers.has(id)) return;
    answers.add(id);
    for (const match of JSON.stringify(outputs[id] ?? {}).matchAll(
      /"#\/components\/schemas\/([A-Za-z]+)"/g,
    )) {
      if (match[1]) collect(match[1]);
    }
  };
  for (const [, operation] of operationList) {
    for (const answer of Object.values(operation.answers)) {
      const id = named.get(answer.schema)?.id;
      if (id) collect(id);
    }
  }
  collect("Problem");
  return Object.fromEntries(
    Object.keys(inputs)
      .sort()
      .map((id) => [id, (answers.has(id) ? outputs : inputs)[id] ?? {}]),
  );
}

function problemResponses(codes: readonly ProblemCode[]): Record<string, Json> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const status = PROBLEMS[code].status;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join("\n\n"),
        headers: {
          ...REQUEST_ID_HEADER,
          ...(list.some((code) => PROBLEMS[code].retry === "later")
            ? { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 1 } } }
            : {}),
        },
        content: { "application/problem+json": { schema: refTo(problemAnswer) } },
      },
    ]),
  );
}

const REQUEST_ID_HEADER = {
  "Request-Id": { description: "Names this request in our logs.", schema: { type: "string" } },
};

function parametersOf(operation: Operation): Json[] {
  const parameters: Json[] = Object.entries(operation.params ?? {}).map(([name, description]) => ({
    name,
    in: "path",
    required: true,
    description,
    schema: { type: "string" },
  }));
  const header = (name: string) => ({ $ref: `#/components/parameters/${name}` });
  if (operation.signed) parameters.push(header("SignatureInput"), header("Signature"));
  if (operation.body) parameters.push(header("ContentDigest"));
  if (operation.carriesMessage) parameters.push(header("IdempotencyKey"), header("DeviceSequence"));
  return parameters;
}

function describeOperation(id: OperationId, operation: Operation): Json {
  const replayed = operation.carriesMessage
    ? {
        "Idempotency-Replayed": {
          description: "`true` when this is the first answer to the same message, given again.",
          schema: { type: "string", enum: ["true"] },
        },
      }
    : {};
  const answers = Object.entries(operation.answers).map(([status, answer]) => [
    status,
    {
      description: answer.description,
      headers: { ...REQUEST_ID_HEADER, ...replayed },
      content: { "application/json": { schema: refTo(answer.schema) } },
    },
  ]);
  return {
    operationId: id,
    summary: operation.summary,
    description: operation.description,
    tags: [operation.signed ? "Devices" : "Service"],
    security: operation.signed ? [{ messageSignature: [] }] : [],
    parameters: parametersOf(operation),
    ...(operation.body
      ? {
          requestBody: {
            required: operation.body.required,
            content: {
              "application/json": { schema: refTo(operation.body.schema), example: operation.body.example },
            },
          },
        }
      : {}),
    responses: { ...problemResponses(operation.problems), ...Object.fromEntries(answers) },
  };
}

const COMPONENT_PARAMETERS = {
  SignatureInput: {
    name: "Signature-Input",
    in: "header",
    required: true,
    description: "What is signed, with `created`, `nonce`, `keyid` and `alg` (RFC 9421).",
    schema: { type: "string" },
  },
  Signature: {
    name: "Signature",
    in: "header",
    required: true,
    description: "The Ed25519 signature over the signature base, as `sig1=:base64:`.",
    schema: { type: "string" },
  },
  ContentDigest: {
    name: "Content-Digest",
    in: "header",
    required: false,
    description: "Needed when there is a body: `sha-256=:base64:` or `sha-512=:base64:` (RFC 9530).",
    schema: { type: "string" },
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    required: true,
    description:
      "One key per message, the same in every repeat of it: a quoted string of 1 to 64 letters, digits or any of `_.:+/=-`. First answers are kept for 48 hours.",
    schema: { type: "string", pattern: `^"${unanchored(IDEMPOTENCY_KEY_PATTERN)}"$` },
    example: '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
  },
  DeviceSequence: {
    name: "Device-Sequence",
    in: "header",
    required: true,
    description: `The message's number: the device counts its messages up and keeps the number in every repeat. Gaps and late arrivals are fine: a new message may lie up to ${SEQUENCE_WINDOW} behind the highest, that one included. Key and number belong together.`,
    schema: { type: "integer", minimum: 1, maximum: MAX_SEQUENCE },
    example: 1042,
  },
};

function unanchored(pattern: RegExp): string {
  return pattern.source.replace(/^\^|\$$/g, "");
}

export function buildOpenApi(publicUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const [id, operation] of operationList) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: describeOperation(id, operation),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Common Purse device API",
      version: "1.0.0",
      summary: "How devices ask for payments.",
      description: describeSigning(publicUrl),
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: publicUrl, description: "This address is part of what devices sign." }],
    tags: [
      { name: "Devices", description: "Signed by a device's credential." },
      { name: "Service", description: "For whoever runs the gateway and writes clients." },
    ],
    paths,
    components: {
      schemas: componentSchemas(),
      parameters: COMPONENT_PARAMETERS,
      securitySchemes: {
        messageSignature: {
          type: "apiKey",
          in: "header",
          name: "Signature",
          description: `HTTP Message Signature (RFC 9421) with Ed25519; see the description of this API. A nonce is remembered for ${NONCE_KEPT_SECONDS} s.`,
        },
      },
    },
  };
}
