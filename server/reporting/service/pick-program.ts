/** Which program an overview speaks of, with the moments and the writing of money that go with it. */
import { now } from "@/server/platform/clock";
import type { SqlTx } from "@/server/platform/db";
import { AppError } from "@/server/platform/errors";
import { toPublicId } from "@/server/platform/ids";
import { type Currency, formatMicros, isCurrency, minorDigits, toMoneyJson } from "@/server/platform/money";
import { findPrograms, type ProgramRow } from "../repository/find-programs";
import { spansAt } from "../rules";
import type { ProgramChoice } from "../schema";

export function choiceOf(row: ProgramRow): ProgramChoice {
  return {
    id: toPublicId("program", row.id),
    slug: row.slug,
    name: row.name,
    currency: row.currency,
    timeZone: row.time_zone,
  };
}

/** The program of that slug, or the one in which most happened lately. Throws `not_found` (`program_not_found`). */
export async function pickProgram(tx: SqlTx, slug: string | undefined) {
  const programs = await findPrograms(tx);
  const program = slug ? programs.find((row) => row.slug === slug) : programs[0];
  if (!program) {
    throw new AppError(
      "not_found",
      "program_not_found",
      slug ? `There is no program "${slug}" that you take part in.` : "You take part in no program yet.",
    );
  }
  if (!isCurrency(program.currency)) throw new Error(`program ${program.id} has an unknown currency`);
  const currency: Currency = program.currency;
  return {
    program,
    programs: programs.map(choiceOf),
    currency,
    money: (micros: bigint) => toMoneyJson(micros, currency),
    plain: (micros: bigint) => formatMicros(micros, minorDigits(currency)),
    spans: spansAt(now(), program.time_zone),
  };
}
