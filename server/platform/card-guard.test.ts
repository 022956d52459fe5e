import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findCardNumber, holdsCardNumber, passesLuhn } from "./card-guard";

const CARDS = [
  "4111111111111111",
  "4242424242424242",
  "5555555555554444",
  "2223003122003222",
  "378282246310005",
  "30569309025904",
  "6011111111111117",
  "3530111333300000",
  "6200000000000005",
  "4222222222222",
];

describe("card numbers", () => {
  test("are found plain, glued to words, printed in groups, and in other scripts' digits", () => {
    for (const card of CARDS) {
      expect(holdsCardNumber(card), card).toBe(true);
      expect(holdsCardNumber(`tok_${card}`)).toBe(true);
      expect(holdsCardNumber(`card${card}end`)).toBe(true);
      const fullWidth = [...card].map((digit) => String.fromCharCode(0xff10 + Number(digit))).join("");
      expect(holdsCardNumber(fullWidth)).toBe(true);
    }
    expect(holdsCardNumber("4111 1111 1111 1111")).toBe(true);
    expect(holdsCardNumber("paid with 4111-1111-1111-1111.")).toBe(true);
    expect(holdsCardNumber("3782 822463 10005")).toBe(true);
  });

  test("are found whatever stands between their digits", () => {
    const between = [
      ".",
      "/",
      "_",
      "\\",
      "|",
      "*",
      "\u00b7",
      ":",
      "+",
      "'",
      "\n",
      "\r\n",
      "\t",
      "  ",
      " - ",
      "\u00a0",
      "\u2007",
      "\u202f",
      "\u2010",
      "\u2011",
      "\u2012",
      "\u2013",
      "\u2014",
      "\u2015",
      "\u2212",
      "\ufe58",
      "\uff0d",
      "\u200b",
      "\u200c",
      "\u200d",
      "\u2060",
      "\ufeff",
      "\u00ad",
      "\u180e",
      "\ufe0f\u20e3",
    ];
    for (const separator of between) {
      const name = JSON.stringify(separator);
      expect(holdsCardNumber(["4111", "1111", "1111", "1111"].join(separator)), name).toBe(true);
      expect(holdsCardNumber(`card ${["41", "11111", "111", "111111"].join(separator)} ok`), name).toBe(true);
      expect(holdsCardNumber([..."4111111111111111"].join(separator)), name).toBe(true);
    }
    expect(holdsCardNumber("4111 1111-1111.1111, 12/27, 123")).toBe(true);
    expect(holdsCardNumber("7 4111 1111 1111 1111 12")).toBe(true);
    expect(holdsCardNumber("\u0664\u0661\u0661\u0661 \u0661111 1111 1111")).toBe(true);
    expect(holdsCardNumber("\u{1d7dc}\u{1d7d9}11111111111111")).toBe(true);
    expect(holdsCardNumber("DE89 4111 1111 1111 1111")).toBe(true);
  });

  test("random groupings and separators hide none", () => {
    const separators = fc.constantFrom(" ", "-", ".", "/", "_", "\u200b", "\u2013", "\n", " / ");
    fc.assert(
      fc.property(
        fc.constantFrom(...CARDS),
        fc.array(fc.tuple(fc.nat({ max: 18 }), separators), { maxLength: 8 }),
        (card, cuts) => {
          const by = new Map(cuts);
          const text = [...card].map((digit, at) => digit + (by.get(at) ?? "")).join("");
          expect(holdsCardNumber(text)).toBe(true);
        },
      ),
    );
  });

  test("dates, times, IBANs and lists of numbers are let through", () => {
    for (const text of [
      "2026-11-30 10:00:00.123456",
      "30.11.2026 - 31.12.2026",
      "2026-11-01/2026-11-30",
      "11/30/2026 10:15 - 12/31/2026 11:45",
      "GB29 NWBK 6016 1331 9268 19",
      "DE89 3704 0044 0532 0130 00",
      "FR14 2004 1010 0505 0001 3M02 606 and more",
      "4111, 1111, 1111, 1111",
      "59.9138688, 10.7522454",
      "9999999999.999999",
      "01HV4Z6Y7Q8R9S0T1V2W3X4Y5Z",
      "20261130120000123",
      "900719925474099267",
    ]) {
      expect(holdsCardNumber(text), text).toBe(false);
    }
  });

  test("of random references of sixteen digits few are taken for cards", () => {
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      const reference = Array.from({ length: 16 }, () => Math.floor(Math.random() * 10)).join("");
      if (holdsCardNumber(reference)) taken++;
    }
    expect(taken / 20_000).toBeLessThan(0.06);
  });

  test("are found anywhere in a body, and the answer says where without repeating them", () => {
    expect(findCardNumber({ instrument: { token: "4111111111111111" } })).toBe("instrument.token");
    expect(findCardNumber({ a: [{ b: 4111111111111111 }] })).toBe("a[0].b");
    expect(findCardNumber({ "4111111111111111": 1 })).toBe("(name)");
    expect(
      findCardNumber({ amount: "40.00", at: "2026-11-21T00:41:40.123Z", ok: true, none: null }),
    ).toBeNull();
    let deep: unknown = "4111111111111111";
    for (let i = 0; i < 5000; i++) deep = [deep];
    expect(findCardNumber(deep)).not.toBeNull();
  });

  test("one wrong digit is no card number", () => {
    fc.assert(
      fc.property(fc.constantFrom(...CARDS), fc.nat(), fc.integer({ min: 1, max: 9 }), (card, at, by) => {
        const place = at % card.length;
        const digit = (Number(card[place]) + by) % 10;
        const wrong = card.slice(0, place) + digit + card.slice(place + 1);
        expect(passesLuhn(wrong)).toBe(false);
        expect(holdsCardNumber(wrong)).toBe(false);
      }),
    );
  });

  test("ids, digests, times and amounts are let through", () => {
    for (let i = 0; i < 2000; i++) expect(holdsCardNumber(randomUUID())).toBe(false);
    // One in some twenty thousand random UUIDs has a card's digits in its middle.
    expect(holdsCardNumber("5f2c31ab-5105-4051-8510-0009abcdef01")).toBe(false);
    expect(holdsCardNumber("0000000a-4111-1111-1111-1111abcdef01")).toBe(true);
    expect(holdsCardNumber("9f86d0814111111111111111a3bf4f1b")).toBe(false);
    expect(holdsCardNumber("1763685700123")).toBe(false);
    expect(holdsCardNumber("+47 22 12 34 56")).toBe(false);
  });
});

describe("an account number", () => {
  test("that is an IBAN is no card number, though its digits read like one", () => {
    for (const iban of ["NO3710000261322", "NO4910000728549", "NO6510000926529", "NO4410000950284"]) {
      expect(passesLuhn(iban.slice(2)), iban).toBe(true);
      expect(holdsCardNumber(iban), iban).toBe(false);
      expect(holdsCardNumber(iban.toLowerCase()), iban).toBe(false);
      expect(findCardNumber({ iban, bankName: "Fjord Bank" })).toBeNull();
      expect(
        holdsCardNumber(`${iban.slice(0, 4)} ${iban.slice(4, 8)} ${iban.slice(8, 12)} ${iban.slice(12)}`),
      ).toBe(false);
    }
  });

  test("in whose place or beside which stands a card number is refused", () => {
    for (const card of CARDS) {
      expect(findCardNumber({ iban: card }), card).toBe("iban");
      expect(findCardNumber({ iban: `NO${card}` }), card).toBe("iban");
      expect(findCardNumber({ iban: `NO3710000261322 ${card}` }), card).toBe("iban");
    }
    // A country that there is not makes no account of a card.
    expect(holdsCardNumber("XX4111111111111111")).toBe(true);
  });
});
