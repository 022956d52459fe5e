"use client";

import { z } from "zod";

/** What the upload answers with, as far as this page needs it. */
const answerSchema = z.object({ id: z.string() });
const money = z.object({ amount: z.string(), currency: z.string() });
const dryRunSchema = z.object({
  rows: z.object({
    total: z.number(),
    accepted: z.number(),
    refund: z.number(),
    free: z.number(),
    duplicate: z.number(),
    refused: z.number(),
    flagged: z.number(),
  }),
  acceptedAmount: money,
  refundedAmount: money,
});
export type DryRunAnswer = z.infer<typeof dryRunSchema>;
const problemSchema = z.object({ title: z.string(), code: z.string(), requestId: z.string().optional() });

export class UploadRefused extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly requestId: string | undefined,
  ) {
    super(message);
  }
}

interface Upload {
  /** Short name of the operator. */
  operator: string;
  programId: string;
  merchantId: string;
  file: File;
  /** Name of a saved mapping. */
  mapping: string | null;
  /** Of a file that names none. */
  currency: string | null;
  onSent: (bytes: number) => void;
}

/** Sends the file as it is and gives the id of its import. `fetch` does not tell how much has left; this does. */
export function sendFile(upload: Upload): Promise<{ id: string }> {
  return send(upload, {}, answerSchema);
}

/** Sends it to be counted and added up; nothing is written. */
export function tryFile(upload: Upload): Promise<DryRunAnswer> {
  return send(upload, { dryRun: "true" }, dryRunSchema);
}

function send<Answer>(
  { operator, programId, merchantId, file, mapping, currency, onSent }: Upload,
  more: Record<string, string>,
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  const query = new URLSearchParams({
    program: programId,
    merchant: merchantId,
    name: file.name,
    ...(mapping === null ? {} : { mapping }),
    ...(currency === null ? {} : { currency }),
    ...more,
  });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/imports/${operator}?${query}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onerror = () =>
      reject(new UploadRefused("The server was not reached.", "not_reached", undefined));
    request.onload = () => {
      const answer = schema.safeParse(request.response);
      if (request.status < 300 && answer.success) return resolve(answer.data);
      const problem = problemSchema.safeParse(request.response).data;
      reject(
        new UploadRefused(
          problem?.title ?? "The file was not taken.",
          problem?.code ?? `status_${request.status}`,
          problem?.requestId,
        ),
      );
    };
    request.send(file);
  });
}
