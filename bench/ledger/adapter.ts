/** The file that puts another ledger on the same scale: sections of SQL, each under a comment with its name. */

const SECTIONS = ["prepare", "accounts", "post", "batch", "count"] as const;
type Section = (typeof SECTIONS)[number];

export interface Adapter {
  name: string;
  /** How many times as many transfers a second batches of 100 and of 1 000 must post; null where nothing is asked. */
  bars: readonly [number, number] | null;
  /** Statements that make 1 001 accounts of one currency, run one by one. */
  prepare: string[];
  /** Gives their ids, the hot one first. */
  accounts: string;
  /** Posts one transfer of `$3` from account `$1` to account `$2`. */
  post: string;
  /** The same from `$1` to each of the accounts `$2` in one call, if the ledger can. */
  batch: string | null;
  /** Gives how many transfers stand, if the ledger can tell. */
  count: string | null;
}

export function readAdapter(text: string): Adapter {
  const parts = new Map<Section, string[]>();
  let name = "peer";
  let bars: [number, number] | null = null;
  let open: string[] | null = null;
  for (const line of text.split("\n")) {
    const said = /^--\s*(\w+)\s*(.*)$/.exec(line);
    const word = said?.[1];
    const section = SECTIONS.find((each) => each === word && said?.[2] === "");
    if (section) {
      open = [];
      parts.set(section, open);
    } else if (word === "name" && !open) name = said?.[2] ?? name;
    else if (word === "bars" && !open) {
      const [hundred, thousand] = (said?.[2] ?? "").split(/\s+/).map(Number);
      if (!hundred || !thousand) throw new Error("An adapter's bars are two numbers: -- bars 30 45");
      bars = [hundred, thousand];
    } else open?.push(line);
  }
  const statement = (section: Section): string | null => {
    const sql = parts.get(section)?.join("\n").trim().replace(/;$/, "");
    return sql ? withNumbers(sql) : null;
  };
  const accounts = statement("accounts");
  const post = statement("post");
  if (!accounts || !post) throw new Error("An adapter needs the sections -- accounts and -- post.");
  const prepare = (parts.get("prepare") ?? [])
    .join("\n")
    .split(/;\s*$/m)
    .map((each) => each.trim())
    .filter((each) => each !== "");
  return { name, bars, prepare, accounts, post, batch: statement("batch"), count: statement("count") };
}

/** `:from`, `:to` and `:amount` are $1, $2 and $3; a cast's two colons stay. */
const withNumbers = (sql: string): string =>
  sql.replace(
    /(?<!:):(from|to|amount)\b/g,
    (_, parameter: string) => `$${["from", "to", "amount"].indexOf(parameter) + 1}`,
  );
