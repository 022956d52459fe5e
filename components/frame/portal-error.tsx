"use client";

import { useEffect } from "react";
import { Card } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/empty-state";
import { Page } from "@/components/ui/page-header";

interface PortalErrorProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/** A page that could not be drawn at all. The rest of the portal still stands around it. */
export function PortalError({ error, reset }: PortalErrorProps) {
  useEffect(() => {
    // The console of the browser keeps what the page does not say.
    reportError(error);
  }, [error]);
  return (
    <Page>
      <Card flush>
        <ErrorState
          title="This page could not be shown"
          code="page_failed"
          requestId={error.digest}
          onRetry={reset}
        />
      </Card>
    </Page>
  );
}
