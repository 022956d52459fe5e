/**
 * What a text that somebody looks for can mean on a screen that shows payments. Each meaning becomes a comparison that
 * an index serves under row-level security too; only words inside of labels and descriptions are looked for one by
 * one, in the newest payments.
 */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";

/** So many of the newest payments are searched for words inside of their labels and descriptions. */
export const WORDS_SEARCHED = 20_000;
const MOST_MATCHES = 2_000;

export interface PaymentMatch {
  paymentIds: string[];
  deviceIds: string[];
  merchantIds: string[];
  instrumentIds: string[];
  /** The last word of a label, with the pattern that the whole label has to fit. */
  label: { tail: string; pattern: string } | null;
  amountMicros: bigint | null;
}

/** Letters and digits of a text, with anything between them: dots of whatever kind, blanks, or nothing. */
export function looseLabel(text: string): { tail: string; pattern: string } | null {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu);
  const tail = words?.at(-1);
  return words && tail ? { tail, pattern: `%${words.join("%")}%` } : null;
}

/** "%" and the text, its own wildcards being letters. */
export const inside = (text: string) => `%${text.replace(/[\\%_]/g, "\\$&")}%`;

/** Instruments by the end of their label. Portals may not read them, so the caller's scope is the platform's. */
export async function findInstrumentsByLabel(
  tx: SqlTx,
  { tail, pattern }: { tail: string; pattern: string },
): Promise<string[]> {
  const { rows } = await tx.query<{ id: Id<"instrument"> }>(
    "select id from instrument where label_tail = $1 and label ilike $2 limit $3",
    [tail, pattern, MOST_MATCHES],
  );
  return rows.map(({ id }) => id);
}

/** Devices and merchants by a part of their names, and payments by the id that their source gave them. */
export async function findSubjectsByText(
  tx: SqlTx,
  text: string,
): Promise<Pick<PaymentMatch, "deviceIds" | "merchantIds" | "paymentIds">> {
  // The id of the record in its own system: plain, with its party, or as we write it.
  const folded = text.trim().toLowerCase();
  const { rows } = await tx.query<{ kind: "device" | "merchant" | "payment"; id: string }>(
    `(select 'device' as kind, id from device where name ilike $1 or zone ilike $1 or external_id ilike $1 limit $3)
     union all (select 'merchant', id from organisation where kind = 'merchant' and name ilike $1 limit $3)
     union all (select 'payment', payment_id from imported_record
                 where (source_id = $2 or party_source_id = $2 or party_source_id = $4) and payment_id is not null limit $3)`,
    [inside(text), folded, MOST_MATCHES, folded.replace(/^[a-z0-9-]+:/, "")],
  );
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map(({ id }) => id);
  return { deviceIds: of("device"), merchantIds: of("merchant"), paymentIds: of("payment") };
}
