import { CircleAlert } from "lucide-react";
import { Card } from "@/components/ui/card";
import type { AgreementTrial } from "@/server/settlement/schema";

/** Why terms are refused: where, and in a sentence. */
export function TermsIssues({ issues }: { issues: Extract<AgreementTrial, { ok: false }>["issues"] }) {
  return (
    <Card title="What has to be mended?" hint={`${issues.length}`} flush>
      <ul role="alert" className="divide-y divide-line-soft border-t border-line-soft">
        {issues.map((issue) => (
          <li
            key={`${issue.path}/${issue.code}/${issue.message}`}
            className="flex gap-2.5 px-4 py-2.5 text-sm"
          >
            <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-loss" />
            <span className="min-w-0">
              {issue.path ? (
                <code className="block break-all font-mono text-xs text-muted">{issue.path}</code>
              ) : null}
              {issue.message}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
