/** One policy for fetched data, shared by server components and the browser. */
import { defaultShouldDehydrateQuery, QueryClient } from "@tanstack/react-query";

/** What `data` of a failed call holds; the server's error formatter writes it. */
export interface CallErrorData {
  code: string;
  httpStatus: number;
  reason: string;
  requestId: string | null;
  details?: Record<string, unknown>;
}

/** The refusal inside an error of a call, or null when the call never reached the server. */
export function callErrorOf(error: unknown): (CallErrorData & { message: string }) | null {
  if (!(error instanceof Error) || !("data" in error)) return null;
  const data = error.data as Partial<CallErrorData> | null | undefined;
  if (!data?.code || !data.reason) return null;
  return {
    code: data.code,
    httpStatus: data.httpStatus ?? 500,
    reason: data.reason,
    requestId: data.requestId ?? null,
    ...(data.details && { details: data.details }),
    message: error.message,
  };
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // What the server has just rendered is not fetched again by the page that shows it.
        staleTime: 20_000,
        // A refusal stays a refusal; only what may pass by itself is tried again.
        retry: (failures, error) => {
          const status = callErrorOf(error)?.httpStatus;
          return failures < 2 && (status === undefined || status >= 500);
        },
      },
      mutations: { retry: false },
      dehydrate: {
        shouldDehydrateQuery: (query) =>
          defaultShouldDehydrateQuery(query) || query.state.status === "pending",
      },
    },
  });
}
