"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import { useState } from "react";
import { describeAgent } from "@/components/auth/describe-agent";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { ErrorState } from "@/components/ui/empty-state";
import { SkeletonRows } from "@/components/ui/skeleton";
import { showToast } from "@/components/ui/toast";
import { useAccountTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

/** Where this person is signed in, and how to end it. */
export function SessionList() {
  const trpc = useAccountTrpc();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const sessions = useQuery(trpc.account.sessions.queryOptions());
  const refresh = () => client.invalidateQueries({ queryKey: trpc.account.sessions.queryKey() });
  const end = useMutation(
    trpc.account.revokeSession.mutationOptions({
      onSuccess: () => showToast({ title: "The session has ended", tone: "arrived" }),
      onError: (error) =>
        showToast({ title: "The session was not ended", description: error.message, tone: "loss" }),
      onSettled: refresh,
    }),
  );
  const endOthers = useMutation(trpc.account.revokeOtherSessions.mutationOptions({ onSettled: refresh }));
  const others = sessions.data?.filter((session) => !session.current).length ?? 0;

  return (
    <Card
      title="Where you are signed in"
      hint="A session ends after 14 days, or after 3 days without use."
      flush
      actions={
        others > 0 ? (
          <Button size="sm" onClick={() => setAsking(true)}>
            End {others === 1 ? "the other" : `the ${others} others`}
          </Button>
        ) : null
      }
    >
      {sessions.isPending ? (
        <SkeletonRows rows={2} columns={3} />
      ) : sessions.isError ? (
        <ErrorState
          code={callErrorOf(sessions.error)?.reason}
          requestId={callErrorOf(sessions.error)?.requestId ?? undefined}
          onRetry={() => void sessions.refetch()}
          retrying={sessions.isFetching}
        />
      ) : (
        <ul className="divide-y divide-line-soft border-t border-line-soft">
          {sessions.data.map((session) => {
            const agent = describeAgent(session.userAgent);
            const Icon = agent.phone ? Smartphone : Monitor;
            return (
              <li key={session.id} className="flex items-center gap-3.5 px-4 py-3">
                <Icon aria-hidden className="size-5 shrink-0 text-muted" />
                <div className="min-w-0 flex-1">
                  <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
                    {agent.label}
                    {session.current ? <Badge tone="arrived">This one</Badge> : null}
                  </p>
                  <p className="flex flex-wrap gap-x-1.5 text-xs text-muted">
                    {session.ip ? <span className="font-mono">{session.ip}</span> : null}
                    {session.ip ? <span aria-hidden>·</span> : null}
                    <span>
                      seen <RelativeTime at={session.lastSeenAt} />
                    </span>
                    <span aria-hidden>·</span>
                    <span>
                      signed in <ExactTime at={session.createdAt} format="dateTime" />
                    </span>
                  </p>
                </div>
                {session.current ? null : (
                  <Button
                    size="sm"
                    variant="danger-quiet"
                    aria-label={`End the session of ${agent.label}`}
                    loading={end.isPending && end.variables.sessionId === session.id}
                    onClick={() => end.mutate({ sessionId: session.id })}
                  >
                    End
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="End all other sessions?"
        consequence={`${others === 1 ? "One other browser" : `${others} other browsers`} must sign in again. This one stays signed in.`}
        confirmLabel="End them"
        danger
        onConfirm={async () => {
          await endOthers.mutateAsync();
        }}
      />
    </Card>
  );
}
