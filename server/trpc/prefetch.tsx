/**
 * For server components: call a portal's procedures in this process (guards included) and hand what they answered
 * to the browser.
 *
 *   const { trpc, prefetch, Hydrate } = await merchantApi(slug);
 *   await prefetch(trpc.payments.list.queryOptions({ limit: 50 }));
 *   return <Hydrate><PaymentTable /></Hydrate>;
 */
import {
  dehydrate,
  type FetchInfiniteQueryOptions,
  type FetchQueryOptions,
  HydrationBoundary,
  type QueryClient,
} from "@tanstack/react-query";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { notFound } from "next/navigation";
import { cache, type ReactNode } from "react";
import { accountRouter } from "./account";
import { agencyRouter } from "./agency";
import { merchantRouter } from "./merchant";
import { operatorRouter } from "./operator";
import { makeQueryClient } from "./query-client";
import { getContext, getOperatorAccess } from "./session";

export const merchantApi = cache(async (organisation: string) => {
  const ctx = await getContext(organisation);
  const queryClient = makeQueryClient();
  return {
    trpc: createTRPCOptionsProxy({ router: merchantRouter, ctx, queryClient }),
    caller: merchantRouter.createCaller(ctx),
    ...bridge(queryClient),
  };
});

export const agencyApi = cache(async (organisation: string) => {
  const ctx = await getContext(organisation);
  const queryClient = makeQueryClient();
  return {
    trpc: createTRPCOptionsProxy({ router: agencyRouter, ctx, queryClient }),
    caller: agencyRouter.createCaller(ctx),
    ...bridge(queryClient),
  };
});

export const operatorApi = cache(async (organisation: string) => {
  const ctx = await getContext(organisation);
  const queryClient = makeQueryClient();
  return {
    trpc: createTRPCOptionsProxy({ router: operatorRouter, ctx, queryClient }),
    caller: operatorRouter.createCaller(ctx),
    ...bridge(queryClient),
  };
});

/** The console of the operator that the signed-in person belongs to; whoever belongs to none finds nothing there. */
export const consoleApi = cache(async () => {
  const access = await getOperatorAccess();
  if (!access) notFound();
  return await operatorApi(access.organisation.slug);
});

export const accountApi = cache(async () => {
  const ctx = await getContext(null);
  const queryClient = makeQueryClient();
  return {
    trpc: createTRPCOptionsProxy({ router: accountRouter, ctx, queryClient }),
    caller: accountRouter.createCaller(ctx),
    ...bridge(queryClient),
  };
});

/** Options of a query of either kind; the two differ in the type of their parameters alone. */
type AnyQueryOptions = { queryKey: readonly unknown[] };

function bridge(queryClient: QueryClient) {
  return {
    queryClient,
    /** Fetches before rendering. A refusal is not thrown here: the browser asks again and shows it. */
    async prefetch(...all: AnyQueryOptions[]): Promise<void> {
      await Promise.all(
        all.map((options) =>
          isInfinite(options)
            ? queryClient.prefetchInfiniteQuery(options as unknown as FetchInfiniteQueryOptions)
            : queryClient.prefetchQuery(options as unknown as FetchQueryOptions),
        ),
      );
    },
    Hydrate({ children }: { children: ReactNode }) {
      return <HydrationBoundary state={dehydrate(queryClient)}>{children}</HydrationBoundary>;
    },
  };
}

function isInfinite(options: AnyQueryOptions): boolean {
  const detail = options.queryKey[1];
  return typeof detail === "object" && detail !== null && "type" in detail && detail.type === "infinite";
}
