import { buttonClass } from "@/components/ui/button-class";

/** Formats in which a statement can be downloaded. */
export const STATEMENT_FORMATS = ["csv", "json"] as const;
export type StatementFormat = (typeof STATEMENT_FORMATS)[number];

/** Where a statement's report is downloaded by whoever may read the statement. */
export function statementFileHref(statementId: string, format: StatementFormat): string {
  return `/api/reports/${statementId}.${format}`;
}

/** The formats beside each other, for a table's last column. */
export function StatementFiles({ statementId }: { statementId: string }) {
  return (
    <span className="flex gap-1">
      {STATEMENT_FORMATS.map((format) => (
        <a
          key={format}
          href={statementFileHref(statementId, format)}
          download
          onClick={(event) => event.stopPropagation()}
          aria-label={`Download the statement as ${format.toUpperCase()}`}
          className={buttonClass({
            variant: "ghost",
            size: "sm",
            className: "px-1.5 text-muted hover:text-ink",
          })}
        >
          {format.toUpperCase()}
        </a>
      ))}
    </span>
  );
}
