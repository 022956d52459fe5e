"use client";

import type { ReactNode } from "react";
import { ExactTime } from "@/components/time/relative-time";
import { ErrorState, NotAllowed, NothingFound, StaleNotice } from "@/components/ui/empty-state";
import { callErrorOf } from "@/server/trpc/query-client";

/** What a query of react-query has that a view needs. */
export interface QueryLike<Data> {
  data: Data | undefined;
  error: unknown;
  isFetching: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

interface QueryViewProps<Data> {
  query: QueryLike<Data>;
  /** The shape of the content, in grey. */
  skeleton: ReactNode;
  /** What was asked for, with a capital: "This payout". */
  what?: string;
  children: (data: Data) => ReactNode;
}

/**
 * Content of a query in every state it can be in: loading, not allowed, not found, failed with the request's id, and
 * stale, where the last figures stay and a line says since when they are not true any more.
 */
export function QueryView<Data>({ query, skeleton, what = "This", children }: QueryViewProps<Data>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.error ? (
          <StaleNotice
            since={<ExactTime at={query.dataUpdatedAt} format="seconds" />}
            onRetry={() => void query.refetch()}
          />
        ) : null}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <QueryFailure query={query} what={what} />;
  return (
    <div role="status" aria-label={`${what} is loading`}>
      {skeleton}
    </div>
  );
}

function QueryFailure({ query, what }: { query: QueryLike<unknown>; what: string }) {
  const failure = callErrorOf(query.error);
  if (failure?.httpStatus === 403) return <NotAllowed>{failure.message}</NotAllowed>;
  if (failure?.httpStatus === 404 || failure?.reason === "input_invalid") {
    return (
      <NothingFound title={`${what} is not here`}>
        It does not exist, or it belongs to somebody else. Check the id in the address.
      </NothingFound>
    );
  }
  return (
    <ErrorState
      title={`${what} could not be loaded`}
      code={failure?.reason ?? "not_reached"}
      requestId={failure?.requestId ?? undefined}
      onRetry={() => void query.refetch()}
      retrying={query.isFetching}
    >
      {failure?.message ?? "The server did not answer. Check the connection and try again."}
    </ErrorState>
  );
}

/** The same failure as `DataTable` wants it. */
export function tableErrorOf(error: unknown): { message: string; code: string; requestId?: string } | null {
  if (!error) return null;
  const failure = callErrorOf(error);
  if (!failure) return { code: "not_reached", message: "The server did not answer. Check the connection." };
  return {
    message: failure.message,
    code: failure.reason,
    ...(failure.requestId && { requestId: failure.requestId }),
  };
}
