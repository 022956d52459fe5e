import { expect, test } from "vitest";
import type { Sighting } from "@/server/devices/types";
import { newId } from "@/server/platform/ids";
import { JobRound } from "@/server/platform/job-items";
import { mintSystemScope } from "@/server/platform/scope";
import { TrafficRecorder } from "./record-traffic";

function recorder() {
  const written: Sighting[][] = [];
  const state = { fails: false };
  const traffic = new TrafficRecorder(
    mintSystemScope("test"),
    {
      touchDevices: async (_scope, sightings) => {
        if (state.fails) throw Object.assign(new Error("away"), { code: "ECONNREFUSED" });
        written.push([...sightings]);
      },
      recordRefusals: async () => {},
    },
    async () => new JobRound("test"),
  );
  return { traffic, written, state };
}

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

test("a flush writes a few devices, or a tenth of many, those first that wait longest", async () => {
  const { traffic, written } = recorder();
  const ids = Array.from({ length: 1_200 }, () => newId("device"));
  for (const deviceId of ids) traffic.saw({ deviceId, seenAt: at(0) });
  // Seen again, it keeps its place.
  for (const deviceId of ids.slice(0, 5)) traffic.saw({ deviceId, seenAt: at(1) });
  await traffic.flushSome();
  expect(written[0]?.map(({ deviceId }) => deviceId)).toEqual(ids.slice(0, 120));
  expect(written[0]?.[0]?.seenAt).toEqual(at(1));
  while (written.flat().length < ids.length) await traffic.flushSome();
  expect(new Set(written.flat().map(({ deviceId }) => deviceId)).size).toBe(ids.length);
  expect(written.slice(0, -1).every((group) => group.length >= 50 && group.length <= 120)).toBe(true);
});

test("what could not be written is kept, and what came later is added to it", async () => {
  const { traffic, written, state } = recorder();
  const deviceId = newId("device");
  traffic.saw({ deviceId, seenAt: at(1), sequence: 7n, paymentAt: at(1) });
  state.fails = true;
  const failing = traffic.flush();
  traffic.saw({ deviceId, seenAt: at(2), sequence: 6n });
  await failing;
  state.fails = false;
  await traffic.flush();
  expect(written).toEqual([[{ deviceId, seenAt: at(2), sequence: 7n, paymentAt: at(1) }]]);
});
