/**
 * Every field of a request, once: the pattern here is what the gateway takes, what the OpenAPI document says, and what
 * the parser behind it can hold. `edges.db.test.ts` tries each at its edges.
 */
import { z } from "zod";

/** Digits before the point. Nine keep a payment below a billion; six keep a record of use below a million. */
const PAYMENT_DIGITS = 9;
const RECORD_DIGITS = 6;
/** Of any unit: a quantity in millionths stays within 64 bits. */
const QUANTITY_DIGITS = 12;
export const MAX_UNITS = 8;

const decimal = (digits: number, decimals: number) =>
  new RegExp(`^(?=.*[1-9])[0-9]{1,${digits}}([.][0-9]{1,${decimals}})?$`);

const UNIT = /^[a-z][a-z0-9_]{0,19}$/;
const QUANTITY = new RegExp(`^[0-9]{1,${QUANTITY_DIGITS}}([.][0-9]{1,6})?$`);

const text = (pattern: RegExp, wanted: string) => z.string().regex(pattern, `must be ${wanted}`);

export const paymentAmount = text(
  decimal(PAYMENT_DIGITS, 3),
  "a decimal string such as 2.75: above zero, below 1000000000, at most 3 decimals",
).meta({
  description:
    "In major units, no finer than the currency's minor unit, above zero and below 1 000 000 000. Never a JSON number.",
  examples: ["2.75"],
});

export const recordAmount = text(
  decimal(RECORD_DIGITS, 6),
  "a decimal string such as 0.000412: above zero, below 1000000, at most 6 decimals",
).meta({
  description: "Exact, up to six decimals of the major unit, above zero and below 1 000 000.",
  examples: ["0.000412"],
});

export const token = text(/^[\x21-\x7e]{3,100}$/, "3 to 100 visible ASCII characters").meta({
  description:
    "What the device read: a wallet's tag, or the token that a card's acquirer gave. The sandbox's are `tok_` and 4 to 60 lower-case letters, digits or `_`; another spelling is an unknown instrument. Never a card number.",
  examples: ["wallet_0932"],
});

export const recordKey = text(/^[\x21-\x7e]{1,64}$/, "1 to 64 visible ASCII characters").meta({
  description: "The device's own name for the record; a record is taken once per device.",
});

export const description = text(
  /^(?=[\s\S]*\S)(?:[^\p{Cc}\p{Cs}]|[\n\r\t]){1,200}$/u,
  "1 to 200 characters, one of them visible, without control characters",
)
  .trim()
  .meta({ description: "A sentence for people. White space around it is left out." });

const quantity = text(QUANTITY, "a decimal string such as 0.0032: below 1000000000000, at most 6 decimals");

export const unit = text(UNIT, "a unit such as kwh: a letter, then up to 19 of a-z, 0-9 and _");

export const recordQuantity = quantity.meta({
  description:
    "With `unit`: how much of what was used. It runs down the payer's allowance of the unit before money.",
});

export const quantities = z
  .record(unit, quantity)
  .refine((given) => Object.keys(given).length <= MAX_UNITS, `holds at most ${MAX_UNITS} units`)
  .meta({
    description: "What was bought, as exact decimals by unit.",
    examples: [{ minutes: "85" }],
    maxProperties: MAX_UNITS,
  });

/** RFC 3339 with an offset; ten digits of a second's fraction are plenty. */
export const moment = z.iso.datetime({ offset: true }).max(40);

export const latitude = z.number().min(-90).max(90);
export const longitude = z.number().min(-180).max(180);
