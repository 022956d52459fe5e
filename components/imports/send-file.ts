"use client";

import { z } from "zod";

/** What the upload answers with, as far as this page needs it. */
const answerSchema = z.object({ id: z.string() });
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
  onSent: (bytes: number) => void;
}

/** Sends the file as it is and gives the id of its import. `fetch` does not tell how much has left; this does. */
export function sendFile({ operator, programId, merchantId, file, onSent }: Upload): Promise<{ id: string }> {
  const query = new URLSearchParams({ program: programId, merchant: merchantId, name: file.name });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/imports/${operator}?${query}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onerror = () =>
      reject(new UploadRefused("The server was not reached.", "not_reached", undefined));
    request.onload = () => {
      const answer = answerSchema.safeParse(request.response);
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
