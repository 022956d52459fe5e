import type { Metadata } from "next";
import { Logo } from "@/components/frame/logo";
import { ButtonLink } from "@/components/ui/button";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-5 px-6 text-center">
      <Logo className="size-10" />
      <div>
        <h1 className="text-xl font-semibold">There is no page at this address</h1>
        <p className="mt-1 max-w-md text-sm text-muted">
          It may have been moved, or it belongs to an organisation that you are not a member of.
        </p>
      </div>
      <ButtonLink href="/" variant="primary">
        Go to your organisations
      </ButtonLink>
    </main>
  );
}
