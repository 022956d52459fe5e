/** The settlement report as it is downloaded. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Download } from "@playwright/test";
import { parse } from "csv-parse/sync";
import { microsOf, sumOf } from "../amounts";

type Row = Record<
  "record" | "item" | "value" | "payment_id" | "amount" | "refunds" | "gross" | "payments",
  string
>;

export class Report {
  private constructor(
    readonly fileName: string,
    readonly sha256: string,
    private readonly rows: readonly Row[],
  ) {}

  static async of(download: Download): Promise<Report> {
    const bytes = await readFile(await download.path());
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const rows = parse(bytes, { columns: true, bom: true }) as Row[];
    return new Report(download.suggestedFilename(), sha256, rows);
  }

  header(item: string): string | undefined {
    return this.rows.find((row) => row.record === "header" && row.item === item)?.value;
  }

  /** A figure of the part that sums up. */
  summary(item: string): bigint {
    return this.figure("summary", item);
  }

  total(item: string): bigint {
    return this.figure("total", item);
  }

  /** What the rows of one kind add up to. */
  sum(record: "payment" | "refund" | "line", column: "amount" | "refunds" = "amount"): bigint {
    return sumOf(this.rows.filter((row) => row.record === record).map((row) => microsOf(row[column])));
  }

  count(record: string): number {
    return this.rows.filter((row) => row.record === record).length;
  }

  private figure(record: string, item: string): bigint {
    const row = this.rows.find((each) => each.record === record && each.item === item);
    if (!row) throw new Error(`The report has no ${record} ${item}.`);
    return microsOf(row.amount);
  }
}
