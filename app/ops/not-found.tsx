import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { NothingFound } from "@/components/ui/empty-state";
import { Page } from "@/components/ui/page-header";

export default function NotFound() {
  return (
    <Page>
      <Card flush>
        <NothingFound title="There is nothing at this address">
          The link may be old, or there is nothing with this id.
          <span className="mt-4 flex justify-center">
            <ButtonLink href="/">Go to your portal</ButtonLink>
          </span>
        </NothingFound>
      </Card>
    </Page>
  );
}
