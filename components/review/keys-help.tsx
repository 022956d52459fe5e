"use client";

import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { Switch } from "@/components/ui/switch";
import { useShortcutsEnabled } from "@/components/ui/use-preference";

const KEYS: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ["j", "k"], does: "Next and previous case" },
  { keys: ["c"], does: "Claim the case for ten minutes, or give it back" },
  { keys: ["a"], does: "Approve: the hold is captured; then 1 to 3 for the reason" },
  { keys: ["d"], does: "Decline: the hold is released; then 1 to 3 for the reason" },
  { keys: ["u"], does: "Undo the last decision, within six seconds" },
  { keys: ["e"], does: "Escalate" },
  { keys: ["n"], does: "Write a note" },
  { keys: ["o"], does: "Open the payment" },
  { keys: ["?"], does: "This list" },
];

/** All keys of the queue, and the switch that turns them off. */
export function KeysHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const [enabled, setEnabled] = useShortcutsEnabled();
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Keys of the review queue"
      description="A decision is sent six seconds after it was made. Closing the browser's tab before that loses it, and the browser asks first."
    >
      <dl className="divide-y divide-line-soft text-sm">
        {KEYS.map(({ keys, does }) => (
          <div key={does} className="flex items-center gap-4 py-2">
            <dt className="flex w-16 gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd className="text-muted">{does}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 border-t border-line-soft pt-4">
        <Switch
          checked={enabled}
          onCheckedChange={setEnabled}
          label="Single-key shortcuts"
          hint="Switch them off if you dictate or use a screen reader with keys of its own."
        />
      </div>
    </Dialog>
  );
}
