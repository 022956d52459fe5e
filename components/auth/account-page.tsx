"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChangePassword } from "@/components/auth/change-password";
import { OrganisationChoice } from "@/components/auth/organisation-choice";
import { SessionList } from "@/components/auth/session-list";
import { ZoneProvider } from "@/components/time/zone-context";
import { Avatar } from "@/components/ui/avatar";
import { Card } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/empty-state";
import { SkeletonRows, SkeletonText } from "@/components/ui/skeleton";
import { Switch } from "@/components/ui/switch";
import { showToast } from "@/components/ui/toast";
import { useShortcutsEnabled } from "@/components/ui/use-preference";
import { useAccountTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

export function AccountPage() {
  const trpc = useAccountTrpc();
  const me = useQuery(trpc.account.me.queryOptions());
  const memberships = useQuery(trpc.account.memberships.queryOptions());
  const zone = typeof window === "undefined" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (me.isError) {
    const refusal = callErrorOf(me.error);
    return (
      <ErrorState
        code={refusal?.reason}
        requestId={refusal?.requestId ?? undefined}
        onRetry={() => void me.refetch()}
        retrying={me.isFetching}
      />
    );
  }
  return (
    <ZoneProvider zone={zone}>
      <div className="page-gutter mx-auto grid w-full max-w-3xl grid-cols-1 gap-4 py-8">
        <header className="mb-2 flex items-center gap-3.5">
          {me.data ? (
            <>
              <Avatar name={me.data.name} className="size-11 text-base" />
              <div className="min-w-0">
                <h1 className="text-xl font-semibold tracking-[-0.01em] wrap-anywhere">{me.data.name}</h1>
                <p className="text-sm text-muted wrap-anywhere">{me.data.email}</p>
              </div>
            </>
          ) : (
            <SkeletonText lines={2} />
          )}
        </header>
        <SessionList />
        <ChangePassword email={me.data?.email ?? ""} />
        <Preferences />
        <Card title="Your organisations" hint="What you may do follows your role in each." flush>
          {memberships.data ? (
            <div className="border-t border-line-soft [&>ul]:rounded-t-none [&>ul]:border-0">
              <OrganisationChoice
                memberships={memberships.data.map(({ role, path, organisation }) => ({
                  role,
                  path,
                  ...organisation,
                }))}
              />
            </div>
          ) : (
            <SkeletonRows rows={2} columns={2} />
          )}
        </Card>
      </div>
    </ZoneProvider>
  );
}

function Preferences() {
  const trpc = useAccountTrpc();
  const client = useQueryClient();
  const [enabled, setEnabled] = useShortcutsEnabled();
  const save = useMutation(
    trpc.account.setPreferences.mutationOptions({
      onSuccess: () => client.invalidateQueries({ queryKey: trpc.account.me.queryKey() }),
      onError: (error) =>
        showToast({ title: "The choice was not saved", description: error.message, tone: "loss" }),
    }),
  );
  return (
    <Card title="Preferences">
      <Switch
        label="Single-key shortcuts"
        aria-label="Single-key shortcuts"
        hint="j and k to move, a to approve and the like in queues and tables. Keys with ⌘ or Ctrl always work."
        checked={enabled}
        onCheckedChange={(next) => {
          setEnabled(next);
          save.mutate({ singleKeyShortcuts: next });
        }}
      />
    </Card>
  );
}
