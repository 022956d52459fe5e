import { expect, test } from "vitest";
import { harborCity } from "../allocate/testdata/harbor-city";
import { dependsOnMerchant, listNamedParties } from "./list-parties";
import type { AgreementTerms } from "./shape";

test("every party that an agreement names is listed once, the merchant's symbol not", () => {
  expect(listNamedParties(harborCity)).toEqual([
    "city-parking",
    "grid-co",
    "metro-transit",
    "operator",
    "tax-office",
  ]);
  expect(dependsOnMerchant(harborCity)).toBe(true);
});

test("takers of dust, guaranteed parties, funders and bearers must approve as well", () => {
  const terms: AgreementTerms = {
    dust: { to: "dust-taker" },
    rules: [
      {
        name: "All",
        steps: [
          {
            id: "s",
            kind: "share",
            shares: [
              { to: "only", weight: "1" },
              { to: "weightless", weight: "0" },
            ],
          },
        ],
      },
    ],
    guarantees: [
      { to: "guaranteed", amount: "1", per: "period", fundedBy: [{ from: "funder", weight: "1" }] },
    ],
    chargebacks: { bearer: "bearer" },
  };
  expect(listNamedParties(terms)).toEqual([
    "bearer",
    "dust-taker",
    "funder",
    "guaranteed",
    "only",
    "weightless",
  ]);
  expect(dependsOnMerchant(terms)).toBe(false);
  expect(listNamedParties({ ...terms, chargebacks: { bearer: "by-legs" } })).not.toContain("by-legs");
});
