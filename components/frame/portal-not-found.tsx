import type { ReactNode } from "react";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { NothingFound } from "@/components/ui/empty-state";
import { Page } from "@/components/ui/page-header";

/** A page of a portal that is not there; its children say what that may mean. */
export function PortalNotFound({ children }: { children: ReactNode }) {
  return (
    <Page>
      <Card flush>
        <NothingFound title="There is nothing at this address">
          {children}
          <span className="mt-4 flex justify-center">
            <ButtonLink href="/">Go to your portal</ButtonLink>
          </span>
        </NothingFound>
      </Card>
    </Page>
  );
}
