/** `purse seed`: the demo city into an empty database. */
import { answer, CommandFailure, EXIT, type JsonOption } from "./answer";

export async function seedCommand(options: JsonOption & { days: string }): Promise<number> {
  const days = Number(options.days);
  if (!Number.isInteger(days) || days < 1 || days > 60) {
    throw new CommandFailure(EXIT.usage, `--days wants a whole number from 1 to 60, not "${options.days}".`);
  }
  const { closePool } = await import("@/server/platform/db");
  const { findOrganisationBySlug } = await import("@/server/identity/service");
  const { mintSystemScope } = await import("@/server/platform/scope");
  const { OPERATOR } = await import("@/prisma/seed/harbor-city/cast");
  try {
    if (await findOrganisationBySlug(mintSystemScope("cli"), OPERATOR.slug)) {
      throw new CommandFailure(EXIT.refused, "The demo city is there already; nothing was added.");
    }
    const { seedDemo } = await import("@/prisma/seed/harbor-city");
    await seedDemo((detail) => process.stderr.write(`${detail}\n`), { days });
    await answer(options, { seeded: "harbor-city", days }, () => [
      `The demo city stands, with ${days} days of history.`,
    ]);
    return EXIT.done;
  } finally {
    await closePool();
  }
}
