import { LinkIcon } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";

const WHY = {
  invitation:
    "It was used already, was withdrawn or replaced by a newer one, or is older than a week. Ask the person who invited you for a new one.",
  founder:
    "It was used already, is older than three days, or the platform has its two founders. While one is missing, the platform shows a link at each start.",
  password: "It was used already, was taken back, or is too old. Ask for a new one from the sign-in page.",
};

export function LinkUsedUp({ of = "invitation" }: { of?: keyof typeof WHY }) {
  return (
    <div className="grid justify-items-start gap-4">
      <span className="flex size-10 items-center justify-center rounded-lg border border-line bg-bg text-muted">
        <LinkIcon aria-hidden className="size-5" />
      </span>
      <div>
        <h1 className="text-xl font-semibold tracking-[-0.01em]">This link no longer works</h1>
        <p className="mt-1.5 text-pretty text-sm text-muted">{WHY[of]}</p>
        <p className="mt-1.5 font-mono text-2xs text-muted">link_used_up</p>
      </div>
      <ButtonLink href="/sign-in" size="lg">
        Go to sign in
      </ButtonLink>
    </div>
  );
}
