import { describe, expect, test } from "vitest";
import { registerDevice } from "@/server/devices/service";
import { useTestDatabase } from "@/server/platform/testing";
import { type TableMapping, tableMappingSchema } from "../import/schema";
import { createWorld, type TestWorld } from "../testing";
import { type PreviewRequest, previewImport } from "./preview-import";

useTestDatabase();

const CITY = [
  "Vorgang;Datum;Uhrzeit;Parkzone;Automat;Betrag;Art",
  "V1;05.03.2019;08:15;Süd;PA-1042;1.234,50;Verkauf",
  "V2;05.03.2019;08:20;Nord;PA-1043;2,40;Verkauf",
  "V3;05.03.2019;09:05;Nord;PA-1043;drei;Storno",
].join("\r\n");

const MAPPING: TableMapping = tableMappingSchema.parse({
  kind: "table",
  source: "parkscheine",
  id: { columns: ["Vorgang"] },
  time: { column: "Datum", clockColumn: "Uhrzeit", form: "dmy" },
  amount: { column: "Betrag", decimal: "comma" },
  currency: { fixed: "EUR" },
  place: { column: "Parkzone", zones: { Nord: "ring" } },
  device: { column: "Automat", kind: "parking_meter" },
});

const look = ({ operator, programId, merchantId }: TestWorld, over: Partial<PreviewRequest> = {}) =>
  previewImport(operator, {
    programId,
    merchantId,
    fileName: "parkscheine.csv",
    sample: Buffer.from(CITY, "latin1"),
    mapping: null,
    currency: null,
    ...over,
  });

describe("looking at a file", () => {
  test("of unknown columns says so, suggests a mapping and tells what stands in each column", async () => {
    const world = await createWorld({ currency: "EUR", timeZone: "Europe/Berlin" });
    const seen = await look(world);
    expect(seen).toMatchObject({
      kind: "table",
      encoding: "windows-1252",
      delimiter: ";",
      isKnownFormat: false,
      refusal: { code: "format_unknown" },
      rows: [],
      suggestion: { time: { column: "Datum", clockColumn: "Uhrzeit" }, amount: { column: "Betrag" } },
    });
    expect(seen.values.Parkzone).toEqual(["Nord", "Süd"]);
    expect(seen.values.Art).toEqual(["Verkauf", "Storno"]);
  });

  test("by a mapping places lines by the table of zones or by the device that goes by the id at the source", async () => {
    const world = await createWorld({ currency: "EUR", timeZone: "Europe/Berlin" });
    const { deviceId } = await registerDevice(world.operator, {
      programId: world.programId,
      merchantId: world.merchantId,
      kind: "parking_meter",
      name: "Am Ring 4",
      externalId: "pa-1042",
      zone: "centre",
    });
    const seen = await look(world, { mapping: MAPPING });
    const [first, second, third] = seen.rows;
    expect(first?.row).toMatchObject({
      ok: true,
      record: {
        amountMicros: 1_234_500_000n,
        paidAt: new Date("2019-03-05T07:15:00Z"),
        zone: "centre",
        deviceId,
      },
    });
    expect(second?.row).toMatchObject({ ok: true, record: { zone: "ring", deviceId: null } });
    expect(third).toMatchObject({ column: "Betrag", row: { ok: false, code: "amount_malformed" } });
    expect(seen.zones).toContain("centre");
    expect(seen.places).toContain("Süd");
  });
});
