/** The split rules of the demo's programs. Parties are named by their slug; `operator` and `$merchant` are symbols. */

const vat = (rate: string) => ({ id: "vat", kind: "tax", to: "tax-office", rate, inclusive: true });
const platform = {
  id: "platform",
  kind: "percent",
  to: "operator",
  rate: "1.5%",
  of: "gross",
  min: "0.02",
  max: "5.00",
};
const rest = { id: "merchant", kind: "share", of: "remaining", shares: [{ to: "$merchant", weight: "1" }] };

function harborCity(effectiveFrom: string, bayFee: string) {
  return {
    program: "harbor-city-mobility",
    effectiveFrom,
    dust: "largest-remainder",
    rules: [
      {
        name: "Charging",
        when: { deviceKind: ["ev_charger"] },
        steps: [
          vat("20%"),
          platform,
          { id: "bay-fee", kind: "fixed", to: "city-parking", amount: bayFee },
          { id: "grid", kind: "percent", to: "grid-co", rate: "4%", of: "remaining" },
          rest,
        ],
      },
      {
        name: "Parking",
        when: { deviceKind: ["parking_meter", "phone"] },
        steps: [
          vat("20%"),
          platform,
          {
            id: "kerb",
            kind: "share",
            portion: "35%",
            of: "remaining",
            shares: [
              { to: "city-parking", weight: "70" },
              { to: "metro-transit", weight: "30" },
            ],
          },
          rest,
        ],
      },
      {
        name: "Fares",
        when: { deviceKind: ["transit_validator"] },
        steps: [
          vat("6%"),
          platform,
          {
            id: "network",
            kind: "share",
            portion: "62%",
            of: "remaining",
            shares: [{ to: "metro-transit", weight: "1" }],
          },
          rest,
        ],
      },
      {
        name: "Tolls",
        when: { deviceKind: ["toll_gate"] },
        steps: [
          platform,
          {
            id: "roads",
            kind: "share",
            portion: "1/3",
            of: "remaining",
            shares: [
              { to: "metro-transit", weight: "2" },
              { to: "city-parking", weight: "1" },
            ],
          },
          rest,
        ],
      },
      {
        name: "Energy and everything else",
        steps: [
          vat("20%"),
          platform,
          { id: "grid", kind: "percent", to: "grid-co", rate: "11%", of: "remaining" },
          rest,
        ],
      },
    ],
    chargebacks: { bearer: "$merchant" },
  };
}

/** In force since the program began; old records that are imported fall under it. */
export const HARBOR_CITY_V1 = harborCity("2012-01-01T00:00:00", "0.10");

/** The version of the last weeks: a higher bay fee at chargers. */
export function harborCityV2(effectiveFrom: string) {
  return harborCity(effectiveFrom, "0.15");
}

/**
 * Proposed and waiting for answers: a higher bay fee again, more of the kerb for both agencies with a larger part for
 * transit, and a little less of the fares.
 */
export function harborCityV3(effectiveFrom: string) {
  const terms = harborCity(effectiveFrom, "0.20");
  return {
    ...terms,
    rules: terms.rules.map((rule) => ({
      ...rule,
      steps: rule.steps.map((step) => {
        if (step.id === "kerb") {
          return {
            ...step,
            portion: "40%",
            shares: [
              { to: "city-parking", weight: "62" },
              { to: "metro-transit", weight: "38" },
            ],
          };
        }
        return step.id === "network" ? { ...step, portion: "60%" } : step;
      }),
    })),
  };
}

export const SEATTLE_V1 = {
  program: "seattle-street-parking",
  effectiveFrom: "2012-01-01T00:00:00",
  dust: "largest-remainder",
  rules: [
    {
      name: "Paid parking",
      steps: [
        { id: "sales-tax", kind: "tax", to: "sound-revenue", rate: "8.875%", inclusive: true },
        {
          id: "platform",
          kind: "percent",
          to: "operator",
          rate: "1.5%",
          of: "gross",
          min: "0.01",
          max: "5.00",
        },
        {
          id: "street",
          kind: "share",
          portion: "60%",
          of: "remaining",
          shares: [{ to: "emerald-streets", weight: "1" }],
        },
        { id: "merchant", kind: "share", of: "remaining", shares: [{ to: "$merchant", weight: "1" }] },
      ],
    },
  ],
  chargebacks: { bearer: "$merchant" },
};
