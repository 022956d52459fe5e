import { expect, test } from "vitest";
import { settingValue } from "./confirmation-words";

const plain = (text: string) => text.replaceAll("\u2009", " ");
const limit = (currencies: string[]) => plain(settingValue("adjustment_limit.finance", "100000", currencies));

test("a limit of authority is an amount of each currency in use, alike ones together", () => {
  expect(limit(["EUR"])).toBe("1 000.00 EUR");
  expect(limit(["EUR", "JPY", "USD"])).toBe("1 000.00 EUR or USD, 100 000 JPY");
  // Before the first program there is no currency to say it in.
  expect(limit([])).toBe("100 000 of the smallest coin");
});

test("hours stay hours", () => {
  expect(settingValue("bank_account.cooling_hours", "72", ["EUR"])).toBe("72 hours");
});
