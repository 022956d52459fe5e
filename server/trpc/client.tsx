"use client";
/**
 * The browser's side: one provider a portal, and hooks that know its router's types. Nothing of the server but types
 * is imported here.
 */
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
} from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useMemo, useState } from "react";
import type { AccountRouter } from "./account";
import type { AgencyRouter } from "./agency";
import type { MerchantRouter } from "./merchant";
import type { OperatorRouter } from "./operator";
import { callErrorOf, makeQueryClient } from "./query-client";

const merchant = createTRPCContext<MerchantRouter>();
const agency = createTRPCContext<AgencyRouter>();
const operator = createTRPCContext<OperatorRouter>();
const account = createTRPCContext<AccountRouter>();

export const useMerchantTrpc = merchant.useTRPC;
export const useMerchantClient = merchant.useTRPCClient;
export const useAgencyTrpc = agency.useTRPC;
export const useAgencyClient = agency.useTRPCClient;
export const useOperatorTrpc = operator.useTRPC;
export const useOperatorClient = operator.useTRPCClient;
export const useAccountTrpc = account.useTRPC;

/**
 * For components that several portals show: they take the part of the calls that they need, as merchants have it, and
 * every portal that has the same part can hand its own.
 */
export type MerchantTrpc = ReturnType<typeof useMerchantTrpc>;

function connect<R extends AnyTRPCRouter>(url: string): TRPCClient<R> {
  // Routers here carry no transformer, which the link's type cannot know of a router that is a parameter.
  const options = { url } as never;
  return createTRPCClient<R>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink(options),
        false: httpBatchLink({ url, maxURLLength: 6_000, maxItems: 12 } as never),
      }),
    ],
  });
}

/** Sends a person whose session has ended to the sign-in page, and back to where they were. */
function makeBrowserQueryClient(): QueryClient {
  const client = makeQueryClient();
  const leave = (error: unknown): void => {
    if (typeof window === "undefined" || callErrorOf(error)?.code !== "UNAUTHORIZED") return;
    const here = `${window.location.pathname}${window.location.search}`;
    window.location.assign(`/sign-in?next=${encodeURIComponent(here)}&reason=session_ended`);
  };
  client.getQueryCache().config.onError = leave;
  client.getMutationCache().config.onError = leave;
  return client;
}

interface PortalProps {
  /** The short name of the organisation that the portal is open for. */
  organisation: string;
  children: ReactNode;
}

/** A cache and a connection that live as long as the portal stays with one organisation. */
function usePortal<R extends AnyTRPCRouter>(portal: "m" | "a" | "ops", organisation: string) {
  return useMemo(
    () => ({
      queryClient: makeBrowserQueryClient(),
      client: connect<R>(`/api/trpc/${portal}/${organisation}`),
    }),
    [portal, organisation],
  );
}

/** Calls of the merchant portal of one organisation, and of the signed-in person's own account. */
export function MerchantTrpcProvider({ organisation, children }: PortalProps) {
  const { queryClient, client } = usePortal<MerchantRouter>("m", organisation);
  return (
    <AccountProvider queryClient={queryClient}>
      <merchant.TRPCProvider queryClient={queryClient} trpcClient={client}>
        {children}
      </merchant.TRPCProvider>
    </AccountProvider>
  );
}

export function AgencyTrpcProvider({ organisation, children }: PortalProps) {
  const { queryClient, client } = usePortal<AgencyRouter>("a", organisation);
  return (
    <AccountProvider queryClient={queryClient}>
      <agency.TRPCProvider queryClient={queryClient} trpcClient={client}>
        {children}
      </agency.TRPCProvider>
    </AccountProvider>
  );
}

export function OperatorTrpcProvider({ organisation, children }: PortalProps) {
  const { queryClient, client } = usePortal<OperatorRouter>("ops", organisation);
  return (
    <AccountProvider queryClient={queryClient}>
      <operator.TRPCProvider queryClient={queryClient} trpcClient={client}>
        {children}
      </operator.TRPCProvider>
    </AccountProvider>
  );
}

/** For pages outside the portals, which only know the signed-in person. */
export function AccountTrpcProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeBrowserQueryClient);
  return <AccountProvider queryClient={queryClient}>{children}</AccountProvider>;
}

function AccountProvider({ queryClient, children }: { queryClient: QueryClient; children: ReactNode }) {
  const [client] = useState(() => connect<AccountRouter>("/api/trpc/account/me"));
  return (
    <QueryClientProvider client={queryClient}>
      <account.TRPCProvider queryClient={queryClient} trpcClient={client}>
        {children}
      </account.TRPCProvider>
    </QueryClientProvider>
  );
}
