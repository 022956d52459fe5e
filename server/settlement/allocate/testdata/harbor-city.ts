/** The worked example of an agreement, with every kind of step. */
import type { Agreement } from "../../agreement/shape";

export const harborCity: Agreement = {
  program: "harbor-city-mobility",
  effectiveFrom: "2026-12-01T00:00:00",
  dust: "largest-remainder",
  rules: [
    {
      name: "Evening chargers",
      when: { deviceKind: ["ev_charger"], hours: ["18:00-06:00"], zone: ["harbor"] },
      steps: [
        { id: "night", kind: "percent", to: "grid-co", rate: "10%" },
        { id: "merchant", kind: "share", shares: [{ to: "$merchant", weight: "1" }] },
      ],
    },
    {
      name: "Everything else",
      steps: [
        { id: "vat", kind: "tax", to: "tax-office", rate: "8.875%", inclusive: true },
        {
          id: "platform",
          kind: "percent",
          to: "operator",
          rate: "1.5%",
          of: "gross",
          min: "0.02",
          max: "5.00",
        },
        { id: "network", kind: "fixed", to: "grid-co", amount: "0.10", perPeriodMax: "20000.00" },
        {
          id: "pool",
          kind: "tiers",
          portion: "25%",
          of: "remaining",
          basis: "program_gross_in_period",
          brackets: [
            {
              upTo: "10000.00",
              shares: [
                { to: "city-parking", weight: "70" },
                { to: "metro-transit", weight: "30" },
              ],
            },
            {
              shares: [
                { to: "city-parking", weight: "80" },
                { to: "metro-transit", weight: "20" },
              ],
            },
          ],
        },
        { id: "merchant", kind: "share", of: "remaining", shares: [{ to: "$merchant", weight: "1" }] },
      ],
    },
  ],
  guarantees: [
    {
      to: "metro-transit",
      amount: "1500.00",
      per: "period",
      fundedBy: [{ from: "city-parking", weight: "1" }],
    },
  ],
  chargebacks: { bearer: "$merchant" },
};
