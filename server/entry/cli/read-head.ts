/** A head of a chain as it was exported: what a later proof must still contain. */
import { z } from "zod";
import { CommandFailure, EXIT, readJson } from "./answer";

const exportedHead = z.object({
  height: z.union([z.string().regex(/^\d{1,18}$/), z.int().positive()]).transform(BigInt),
  hash: z.string().regex(/^[0-9a-fA-F]{64}$/),
});

export async function readHead(file: string): Promise<{ height: bigint; hash: string }> {
  const head = exportedHead.safeParse(await readJson(file));
  if (head.success) return head.data;
  throw new CommandFailure(EXIT.refused, `${file} is not an exported head: it wants a height and a hash.`);
}
