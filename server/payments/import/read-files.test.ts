import { createReadStream } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText, peek } from "./decode-text";
import { judgeRow } from "./judge-row";
import { NO_PLACING } from "./place-record";
import { readCdrs } from "./read-cdr";
import { openTable } from "./read-lines";
import { readSeattle as readSeattleTable } from "./read-seattle";
import { splitJson } from "./split-json";
import type { JudgedRow, ReadRow } from "./types";

const testdata = (name: string) => createReadStream(join(import.meta.dirname, "testdata", name));
const at = new Date("2026-06-01T12:00:00Z");
const SEATTLE = "America/Los_Angeles";
const HEADER =
  "TransactionId,TransactionDateTime,TransactionDate,timeStart,timeExpired,Duration_mins,Amount,PaymentMean,MeterCode,ElementKey";

async function* readSeattle(chunks: AsyncIterable<string>, timeZone: string): AsyncGenerator<ReadRow> {
  yield* readSeattleTable(await openTable(chunks), { timeZone, currency: "USD" });
}

async function* inPieces(text: string, size = 7): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size);
}

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function judged(rows: AsyncIterable<ReadRow>, currency: "EUR" | "USD"): Promise<JudgedRow[]> {
  return (await gather(rows)).map((row) => judgeRow(row, { currency, at, placing: NO_PLACING }));
}

const cdr = {
  country_code: "BE",
  party_id: "BEC",
  id: "1",
  start_date_time: "2024-12-05T17:39:09Z",
  end_date_time: "2024-12-05T19:37:32Z",
  cdr_token: { uid: "012345678", type: "RFID", contract_id: "DE8ACC12E46L89" },
  cdr_location: {
    name: "Gent Zuid",
    country: "BEL",
    coordinates: { latitude: "51.047599", longitude: "3.729944" },
  },
  currency: "EUR",
  total_cost: { before_taxes: 4.0, taxes: [{ name: "VAT", amount: 0.4 }] },
};

async function judgeCdr(over: Record<string, unknown>): Promise<JudgedRow> {
  const [row] = await judged(readCdrs(inPieces(JSON.stringify({ ...cdr, ...over }))), "EUR");
  if (!row) throw new Error("no row");
  return row;
}

async function judgeLine(line: string): Promise<JudgedRow> {
  const [row] = await judged(readSeattle(inPieces(`${HEADER}\n${line}\n`), SEATTLE), "USD");
  if (!row) throw new Error("no row");
  return row;
}

const codes = (row: JudgedRow) => row.flags.map((flag) => flag.code);

describe("OCPI charge detail records", () => {
  test("the published example is taken with its taxes, and its swapped coordinates are named", async () => {
    const { chunks } = decodeText(testdata("cdr_example.json"));
    const [row] = await judged(readCdrs(chunks), "EUR");
    expect(row).toMatchObject({
      ok: true,
      externalRef: "ocpi:BE*BEC*12345",
      record: { amountMicros: 4_400_000n, latitude: 3.729944, quantity: { kwh: "15.342", hours: "1.973" } },
    });
    expect(row?.flags).toEqual([
      {
        code: "coordinates_outside_country",
        sentence:
          "The coordinates 3.729944, 51.047599 lie in no country, not in BEL. With latitude and longitude swapped they would fit.",
      },
    ]);
  });

  test("are found alone, in an array, one after the other and in an envelope, however the stream is cut", async () => {
    const one = JSON.stringify({ id: "a", text: 'a "quoted } brace" and a \\ stroke', list: [{ x: [1] }] });
    const forms = {
      [one]: 1,
      [`[${one},\n${one}]`]: 2,
      [`${one}\n${one}\n${one}`]: 3,
      [`{"status_code":1000,"nested":{"data":[1]},"data":[${one},${one}],"timestamp":"x","more":{"data":[${one}]}}`]: 2,
      [`{"data":${one},"status_code":1000}`]: 1,
      "[]": 0,
      '{"data":[]}': 0,
    };
    for (const [text, count] of Object.entries(forms)) {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (size) => {
          const pieces = await gather(splitJson(inPieces(text, size)));
          expect(pieces.map((piece) => piece.text)).toEqual(Array.from({ length: count }, () => one));
        }),
        { numRuns: 20 },
      );
    }
  });

  test("in older forms: VAT of 2.2.1, and 2.1.1's plain number that states no tax", async () => {
    expect(await judgeCdr({ total_cost: { excl_vat: 4, incl_vat: 4.84 } })).toMatchObject({
      ok: true,
      record: { amountMicros: 4_840_000n },
      flags: [],
    });
    const old = await judgeCdr({
      total_cost: 3.99,
      end_date_time: undefined,
      stop_date_time: "2015-06-29T23:37:32Z",
      start_date_time: "2015-06-29T21:39:09",
    });
    expect(old).toMatchObject({
      ok: true,
      record: { amountMicros: 3_990_000n, paidAt: new Date("2015-06-29T23:37:32Z") },
    });
    expect(codes(old)).toEqual(["taxes_not_stated"]);
  });

  test("amounts are read from the text of the file, never through a float", async () => {
    const text = JSON.stringify(cdr).replace('"before_taxes":4', '"before_taxes":90071992.01');
    const [row] = await judged(readCdrs(inPieces(text)), "EUR");
    expect(row).toMatchObject({ ok: true, record: { amountMicros: 90_071_992_410_000n } });
    expect(row && codes(row)).toEqual(["amount_huge"]);
  });

  test.each([
    ["amount_negative", { total_cost: { before_taxes: -4 } }],
    ["credit_names_nothing", { credit: true }],
    ["credit_not_marked", { credit_reference_id: "0" }],
    ["time_in_future", { end_date_time: "2026-06-01T12:05:01Z" }],
    ["time_is_epoch", { start_date_time: "1970-01-01T00:00:00Z", end_date_time: "1970-01-01T00:00:00Z" }],
  ])("with %s are refused and flagged", async (code, over) => {
    const row = await judgeCdr(over);
    expect(row).toMatchObject({ ok: false, code });
    expect(codes(row)).toContain(code);
  });

  test.each([
    ["amount_out_of_range", { total_cost: 1e21 }],
    ["amount_malformed", { total_cost: { before_taxes: "four" } }],
    ["currency_not_of_program", { currency: "USD" }],
    ["time_malformed", { end_date_time: "2024-02-30T10:00:00Z" }],
    ["field_missing", { id: undefined }],
    ["field_missing", { total_cost: undefined }],
    ["field_missing", { end_date_time: null }],
    ["card_number", { id: "4111 1111 1111 1111" }],
  ])("with %s are refused", async (code, over) => {
    expect(await judgeCdr(over)).toMatchObject({ ok: false, code });
  });

  test("a line with a card number is not kept", async () => {
    const row = await judgeCdr({ remark: "paid with 4111111111111111" });
    expect(row).toMatchObject({ ok: false, raw: "", externalRef: null });
  });

  test.each([
    ["amount_rounded", { total_cost: { before_taxes: 4.001 } }],
    ["totals_contradict", { total_cost: { excl_vat: 10, incl_vat: 8 } }],
    ["totals_contradict", { total_cost: { excl_vat: 0, incl_vat: 8 } }],
    ["totals_contradict", { total_cost: { before_taxes: 4, taxes: [{ amount: 1 }], incl_vat: 4.84 } }],
    ["quantity_negative", { total_energy: -3.2 }],
    ["quantity_malformed", { total_time: "long" }],
    ["end_before_start", { start_date_time: "2024-12-05T20:00:00Z" }],
    ["duration_implausible", { start_date_time: "2024-11-05T20:00:00Z" }],
    ["total_differs_from_parts", { total_time_cost: { before_taxes: 3 } }],
    [
      "coordinates_impossible",
      { cdr_location: { country: "BEL", coordinates: { latitude: "99.1", longitude: "3.7" } } },
    ],
    [
      "coordinates_zero",
      { cdr_location: { country: "BEL", coordinates: { latitude: "0.0", longitude: "0.0" } } },
    ],
    [
      "coordinates_malformed",
      { cdr_location: { country: "BEL", coordinates: { latitude: "north", longitude: "3.7" } } },
    ],
    [
      "country_unknown",
      { cdr_location: { country: "XQX", coordinates: { latitude: "51.0", longitude: "3.7" } } },
    ],
    [
      "coordinates_outside_country",
      { cdr_location: { country: "NOR", coordinates: { latitude: "51.04", longitude: "3.72" } } },
    ],
  ])("odd facts are taken and flagged: %s", async (code, over) => {
    const row = await judgeCdr(over);
    expect(row.ok).toBe(true);
    expect(codes(row)).toEqual([code]);
  });

  test("nested without end are refused without a crash", async () => {
    const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    const [row, next] = await judged(readCdrs(inPieces(`[${deep},${JSON.stringify(cdr)}]`, 10_000)), "EUR");
    expect(row).toMatchObject({ ok: false, message: expect.stringMatching(/nested too deeply|256 KiB/) });
    expect(next?.ok).toBe(true);
  });

  test("what is no record, or breaks off, does not hide the records before it", async () => {
    const good = JSON.stringify(cdr);
    const rows = await judged(
      readCdrs(inPieces(`[${good}, 17, "text", {"a": nonsense}, null, ${good}]`)),
      "EUR",
    );
    expect(rows.map((row) => (row.ok ? "ok" : row.code))).toEqual([
      "ok",
      "not_a_record",
      "not_a_record",
      "json_malformed",
      "not_a_record",
      "ok",
    ]);
    const seen: ReadRow[] = [];
    await expect(
      (async () => {
        for await (const row of readCdrs(inPieces(`[${good},${good.slice(0, 50)}`))) seen.push(row);
      })(),
    ).rejects.toMatchObject({ code: "json_incomplete" });
    expect(seen).toHaveLength(1);
  });
});

describe("Seattle's parking transactions", () => {
  test("the published rows are all taken, in the program's time, with the file's sum", async () => {
    const { chunks, sha256 } = decodeText(testdata("seattle-parking-sample.csv"));
    const rows = await judged(readSeattle(chunks, SEATTLE), "USD");
    expect(rows.map((row) => row.ok)).toEqual(Array.from({ length: 10 }, () => true));
    const sum = rows.reduce((all, row) => all + (row.ok ? row.record.amountMicros : 0n), 0n);
    expect(sum).toBe(27_190_000n);
    expect(rows[0]).toMatchObject({
      externalRef: "seattle:19038821",
      record: {
        paidAt: new Date("2012-05-20T00:50:59Z"),
        quantity: { minutes: "85" },
        instrumentLabel: "CREDIT CARD",
      },
    });
    expect(rows.flatMap(codes)).toEqual([]);
    expect(sha256()).toMatch(/^[0-9a-f]{64}$/);
  });

  test("survive a byte order mark, CRLF, quotes, blank lines and columns in another order", async () => {
    const text = `\ufeffAmount,TransactionId,${HEADER.split(",").slice(1, 6).join(",")},PaymentMean,MeterCode,ElementKey,Extra\r\n"2.75","19038821","2012-05-19 17:50:59","2012-05-19","17:50:00","19:15:00","85","CREDIT, CARD","1\n2","6198",x\r\n\r\n`;
    const bytes = [new TextEncoder().encode(text)];
    const { chunks } = decodeText(
      (async function* () {
        yield* bytes;
      })(),
    );
    const [row, ...others] = await judged(readSeattle(chunks, SEATTLE), "USD");
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      ok: true,
      record: { amountMicros: 2_750_000n, instrumentLabel: "CREDIT, CARD" },
    });
  });

  test("name the columns that are missing", async () => {
    const header = HEADER.replace(",Amount", "").replace("TransactionId", "Id").replace(",ElementKey", "");
    await expect(gather(readSeattle(inPieces(`${header}\n`), SEATTLE))).rejects.toMatchObject({
      code: "columns_missing",
      message: expect.stringContaining("Missing: TransactionId, Amount."),
    });
  });

  test.each([
    ["columns_wrong", "1,2012-05-19 17:50:59,2012-05-19"],
    ["amount_negative", "1,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,-2.75,COINS,1,2"],
    ["amount_malformed", '1,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,"1,25,0.00",COINS,1,2'],
    ["currency_not_of_program", "1,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,2.75 €,COINS,1,2"],
    ["amount_out_of_range", "1,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,99999999999,COINS,1,2"],
    ["field_missing", ",2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,2.75,COINS,1,2"],
    ["time_malformed", "1,2012-02-31 17:50:59,2012-05-19,17:50:00,19:15:00,85,2.75,COINS,1,2"],
    ["time_malformed", "1,yesterday,2012-05-19,17:50:00,19:15:00,85,2.75,COINS,1,2"],
    ["time_in_future", "1,2036-05-19 17:50:59,2036-05-19,17:50:00,19:15:00,85,2.75,COINS,1,2"],
    ["time_is_epoch", "1,1970-01-01 00:00:00,1970-01-01,17:50:00,19:15:00,85,2.75,COINS,1,2"],
    ["card_number", "1,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,2.75,4111111111111111,1,2"],
    ["csv_malformed", '1,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,2.75,CO"INS,1,2'],
  ])("with %s are refused: %s", async (code, line) => {
    expect(await judgeLine(line)).toMatchObject({ ok: false, code });
  });

  test.each([
    ["amount_rounded", "1,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,2.755,COINS,1,2"],
    ["date_differs", "1,2012-05-19 17:50:59,2012-05-20,17:50:00,19:15:00,85,2.75,COINS,1,2"],
    ["duration_differs", "1,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,10,2.75,COINS,1,2"],
    ["end_before_start", "1,2012-05-19 17:50:59,2012-05-19,19:50:00,19:15:00,85,2.75,COINS,1,2"],
    ["amount_huge", "1,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,10000.01,COINS,1,2"],
    ["time_ambiguous", "1,2012-11-04 01:30:00,2012-11-04,17:50:00,19:15:00,85,2.75,COINS,1,2"],
    ["time_does_not_exist", "1,2012-03-11 02:30:00,2012-03-11,17:50:00,19:15:00,85,2.75,COINS,1,2"],
  ])("odd facts are taken and flagged: %s", async (code, line) => {
    const row = await judgeLine(line);
    expect(row.ok).toBe(true);
    expect(codes(row)).toEqual([code]);
    expect(row.raw).toBe(line);
  });

  test("paid until after midnight is nothing odd, nor is the other form of date", async () => {
    const row = await judgeLine(
      "1,05/19/2012 11:50:59 PM,05/19/2012,11:50:00 PM,12:15:00 AM,25,2.75,COINS,1,2",
    );
    expect(row).toMatchObject({ ok: true, flags: [], record: { paidAt: new Date("2012-05-20T06:50:59Z") } });
  });
});

describe("any text", () => {
  test("is read without a crash: rows, refusals or a clear error", async () => {
    const nasty = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("{", "}", "[", "]", '"', "\\", ",", ":", "data", "1", "\n", " ") }),
      fc.json(),
    );
    await fc.assert(
      fc.asyncProperty(nasty, fc.integer({ min: 1, max: 9 }), async (text, size) => {
        for (const rows of [
          readCdrs(inPieces(text, size)),
          readSeattle(inPieces(`${HEADER}\n${text}`, size), SEATTLE),
        ]) {
          try {
            await judged(rows, "USD");
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^(not_json|json_incomplete)$/) });
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("of a file that is too large, or of two encodings, ends in a clear error", async () => {
    const bytes = async function* (...parts: Uint8Array[]) {
      yield* parts;
    };
    await expect(gather(decodeText(bytes(new Uint8Array(11)), 10).chunks)).rejects.toMatchObject({
      code: "file_too_large",
    });
    const mixed = bytes(new TextEncoder().encode("caf\u00e9 "), Uint8Array.of(0x63, 0xe9, 0x21, 0x21));
    await expect(gather(decodeText(mixed).chunks)).rejects.toMatchObject({ code: "encoding_mixed" });
    const split = new TextEncoder().encode("é");
    expect((await gather(decodeText(bytes(split.slice(0, 1), split.slice(1))).chunks)).join("")).toBe("é");
    expect((await peek(decodeText(bytes(new TextEncoder().encode(" \n "))).chunks)).first).toBeNull();
  });

  test("is read in UTF-8, UTF-16 of either order and Windows-1252, wherever the bytes are cut", async () => {
    const words = "Zone;Betr\u00e4ge\nMitte;2,50\n";
    const little = Buffer.from(words, "utf16le");
    const big = Buffer.from(little).swap16();
    const forms: [string, string, Buffer][] = [
      ["utf-8", `${words}\u20ac`, Buffer.from(`${words}\u20ac`)],
      ["utf-8", words, Buffer.from(`\ufeff${words}`)],
      ["utf-16le", words, Buffer.concat([Buffer.of(0xff, 0xfe), little])],
      ["utf-16be", words, Buffer.concat([Buffer.of(0xfe, 0xff), big])],
      ["utf-16le", words, little],
      ["utf-16be", words, big],
      ["windows-1252", `${words}\u20ac`, Buffer.concat([Buffer.from(words, "latin1"), Buffer.of(0x80)])],
    ];
    for (const [encoding, text, bytes] of forms) {
      for (const size of [1, 2, 3, 5, 1_000]) {
        const decoded = decodeText(
          (async function* () {
            for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
          })(),
        );
        expect((await gather(decoded.chunks)).join("")).toBe(text);
        expect(decoded.encoding()).toBe(encoding);
      }
    }
  });
});
