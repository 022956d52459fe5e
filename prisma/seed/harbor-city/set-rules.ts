/** Limits and allowances of the city, set before its history begins so that the history runs them down. */
import { grantAllowances } from "@/server/payments/service/manage-allowances";
import { setLimit } from "@/server/payments/service/manage-limits";
import type { Id } from "@/server/platform/ids";
import { type City, idOf, operatorScope } from "./found-city";
import type { PlacedDevice } from "./place-devices";
import { hasEnergyAllowance } from "./traffic";

/** Citizens are numbered from here on. */
const FIRST_CITIZEN = 1000;

/** Chosen so that ordinary days stay far below them: a demo should show use, and few refusals. */
export async function setRules(
  city: City,
  phones: readonly PlacedDevice[],
  payers: ReadonlyMap<string, Id<"payer">>,
): Promise<void> {
  const analyst = operatorScope(city, "mina@harborcity.example");
  const programId = city.harborCity;
  const [phone] = phones;
  await setLimit(analyst, {
    programId,
    subject: { kind: "instrument", id: null },
    period: "day",
    maxPayments: 40,
    maxAmount: "400.00",
  });
  await setLimit(analyst, {
    programId,
    subject: { kind: "merchant", id: idOf(city.organisations, "voltway") },
    period: "month",
    maxPayments: null,
    maxAmount: "250000.00",
  });
  if (phone) {
    await setLimit(analyst, {
      programId,
      subject: { kind: "device", id: phone.scope.deviceId },
      period: "hour",
      maxPayments: null,
      maxAmount: "300.00",
    });
  }
  await grantAllowances(
    operatorScope(city, "olivia@harborcity.example"),
    programId,
    [...payers].flatMap(([reference, payerId]) => {
      const number = Number(reference.split("-")[1]);
      const household = reference.startsWith("household-");
      const energy = household ? number > 7 : hasEnergyAllowance(number - FIRST_CITIZEN);
      const parking = !household && number % 40 === 3;
      return [
        ...(energy ? [{ payerId, unit: "kwh", monthly: household ? "150" : "60" }] : []),
        ...(parking ? [{ payerId, unit: "minutes", monthly: "300" }] : []),
      ];
    }),
  );
}
