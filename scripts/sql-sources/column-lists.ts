/**
 * Lists of columns within the sources, written from the one description of the columns: what stands between
 * `-- columns of payment: p_NAME TYPE[]` and `-- end` has that form once for each column.
 */
import { COMMITTED_COLUMNS } from "@/server/payments/repository/payment-columns";
import type { Source } from "./sources";

interface Column {
  name: string;
  type: string;
}

/** By the name that a source asks for. */
const DESCRIPTIONS: Readonly<Record<string, readonly Column[]>> = { payment: COMMITTED_COLUMNS };

const LIST = /^( *)-- columns of (\w+): (.+)\n(?:.*\n)*?\1-- end$/gm;
const WIDTH = 118;

/** The source with its lists as the descriptions say now. */
export function writeColumnLists({ path, sql }: Source): Source {
  return {
    path,
    sql: sql.replaceAll(LIST, (_all, indent: string, of: string, form: string) => {
      const columns = DESCRIPTIONS[of];
      if (!columns) throw new Error(`prisma/${path}: there is no description of the columns of ${of}`);
      const items = columns.map(({ name, type }) => form.replaceAll("NAME", name).replaceAll("TYPE", type));
      return [`${indent}-- columns of ${of}: ${form}`, ...wrap(items, indent), `${indent}-- end`].join("\n");
    }),
  };
}

function wrap(items: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const [at, item] of items.entries()) {
    const text = at < items.length - 1 ? `${item},` : item;
    if (line.length + text.length + 1 > WIDTH) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${text} `;
  }
  return [...lines, line.trimEnd()];
}
