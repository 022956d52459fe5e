/** `purse allocate`: for people who write agreements. Needs no database. */
import { type AllocationAnswer, allocateForCommandLine } from "@/server/settlement/allocate/command";
import { answer, EXIT, type JsonOption, readJson } from "./answer";

export async function allocateCommand(
  options: JsonOption & { agreement: string; payment: string },
): Promise<number> {
  const result = allocateForCommandLine(await readJson(options.agreement), await readJson(options.payment));
  if (!result.ok) {
    await answer(options, { error: { code: result.code, issues: result.issues } }, () => [
      `Refused (${result.code}):`,
      ...result.issues.map(({ code, path, message }) => `  ${path || "(whole)"}: ${message} [${code}]`),
    ]);
    return EXIT.refused;
  }
  await answer(options, result.answer, () =>
    (Array.isArray(result.answer) ? result.answer : [result.answer]).flatMap(describe),
  );
  return EXIT.done;
}

function describe({ rule, legs, refunds }: AllocationAnswer): string[] {
  const wide = Math.max(...legs.map(({ to }) => to.length), 5);
  const row = (to: string, step: string, amount: string, rest: string) =>
    `  ${to.padEnd(wide)}  ${step.padEnd(12)}  ${amount.padStart(14)}  ${rest}`.trimEnd();
  return [
    `Rule: ${rule}`,
    ...legs.map(({ to, step, amount, short, why }) =>
      row(to, step, amount, short ? `${why} (short ${short})` : why),
    ),
    ...(refunds ?? []).flatMap((refund) => [
      `Refund of ${refund.amount}:`,
      ...refund.legs.map(({ to, step, amount }) => row(to, step, `-${amount}`, "")),
    ]),
  ];
}
