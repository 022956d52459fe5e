import type { ReactNode } from "react";
import type { AuditRow } from "@/components/operator/audit/audit-page";
import { subjectWords } from "@/components/operator/audit/audit-words";
import { ExactTime } from "@/components/time/relative-time";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { CopyableId } from "@/components/ui/copyable-id";
import { KeyValueList } from "@/components/ui/key-value";

/** One entry: the facts, and field by field what was before and after. */
export function AuditEntryDetail({ entry }: { entry: AuditRow }) {
  return (
    <div className="grid gap-4">
      <Card level={3} title="Facts" bodyClassName="pt-1">
        <KeyValueList
          items={[
            { label: "When", value: <ExactTime at={entry.at} format="exact" withOffset /> },
            {
              label: "Who",
              value: entry.actor.name ?? "The platform",
              hint: entry.actor.id ? <CopyableId id={entry.actor.id} /> : undefined,
            },
            { label: "Action", value: <span className="font-mono text-xs">{entry.action}</span> },
            {
              label: "To what",
              value: subjectWords(entry.subject.kind),
              hint: entry.subject.id ? <CopyableId id={entry.subject.id} /> : undefined,
            },
            { label: "In", value: entry.organisation?.name ?? "the platform" },
            { label: "Request", value: entry.requestId ? <CopyableId id={entry.requestId} /> : null },
            {
              label: "From",
              value: entry.address ? <span className="font-mono text-xs">{entry.address}</span> : null,
            },
          ]}
        />
      </Card>
      <Changes before={entry.before} after={entry.after} />
    </div>
  );
}

function Changes({ before, after }: Pick<AuditRow, "before" | "after">) {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (keys.length === 0) return null;
  return (
    <Card level={3} title="What changed" flush>
      <table className="w-full table-fixed text-sm">
        <thead>
          <tr className="border-y border-line-soft text-left text-xs text-muted">
            <th scope="col" className="w-1/4 px-4 py-1.5 font-normal">
              Field
            </th>
            <th scope="col" className="px-2 py-1.5 font-normal">
              Before
            </th>
            <th scope="col" className="px-4 py-1.5 font-normal">
              After
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => {
            const was = show(before?.[key]);
            const is = show(after?.[key]);
            return (
              <tr key={key} className="border-b border-line-soft align-top last:border-0">
                <th
                  scope="row"
                  className="break-words px-4 py-2 text-left font-mono text-xs font-normal text-muted"
                >
                  {key}
                </th>
                <Value changed={was !== is && was !== null} tone="loss">
                  {was}
                </Value>
                <Value changed={was !== is && is !== null} tone="arrived">
                  {is}
                </Value>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}

function Value({
  changed,
  tone,
  children,
}: {
  changed: boolean;
  tone: "loss" | "arrived";
  children: ReactNode;
}) {
  return (
    <td className="px-2 py-2 last:px-4">
      {children === null ? (
        <span className="text-faint">
          <span aria-hidden>–</span>
          <span className="sr-only">nothing</span>
        </span>
      ) : (
        <pre
          className={cn(
            "whitespace-pre-wrap break-words font-mono text-xs",
            changed && "rounded-sm px-1",
            changed && (tone === "loss" ? "bg-loss-soft text-loss" : "bg-arrived-soft text-arrived"),
          )}
        >
          {children}
        </pre>
      )}
    </td>
  );
}

function show(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
