import { CopyableId } from "@/components/ui/copyable-id";

/** One half of what opens an account: a code that whoever began it tells the person. */
export function TellCode({ code, to }: { code: string; to: string }) {
  return (
    <div className="grid gap-2 text-sm text-muted">
      <p>
        Tell <span className="font-medium text-ink">{to}</span> this code yourself, by phone or face to face.
        It is shown only now.
      </p>
      <CopyableId id={code} full className="rounded-md border border-line bg-bg p-3 text-base text-ink" />
    </div>
  );
}
