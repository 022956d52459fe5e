import { describe, expect, test } from "vitest";
import { GroupDesk } from "./group-desk";

describe("a group desk", () => {
  test("answers each request with its own answer, in groups no larger than allowed", async () => {
    const groups: number[] = [];
    const desk = new GroupDesk<number, number>(
      async (requests) => {
        groups.push(requests.length);
        await new Promise((resolve) => setTimeout(resolve, 1));
        return requests.map((request) => request * 2);
      },
      { largestGroup: 7, groupsAtOnce: 2, failsTogether: () => false },
    );
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    expect(await Promise.all(numbers.map((n) => desk.ask(n)))).toEqual(numbers.map((n) => n * 2));
    expect(Math.max(...groups)).toBe(7);
    expect(groups.length).toBeLessThan(30);
  });

  test("one request that fails takes none of its neighbours with it", async () => {
    const desk = new GroupDesk<number, number>(
      async (requests) => {
        if (requests.includes(3)) throw new Error("three");
        return requests;
      },
      { largestGroup: 10, groupsAtOnce: 1, failsTogether: () => false },
    );
    const settled = await Promise.allSettled([1, 2, 3, 4].map((n) => desk.ask(n)));
    expect(settled.map((one) => one.status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  });

  test("a broken connection fails its group once, and nothing is tried behind the caller's back", async () => {
    let runs = 0;
    const desk = new GroupDesk<number, number>(
      async () => {
        runs++;
        throw new Error("broken");
      },
      { largestGroup: 10, groupsAtOnce: 1, failsTogether: () => true },
    );
    const settled = await Promise.allSettled([1, 2, 3].map((n) => desk.ask(n)));
    expect(settled.every((one) => one.status === "rejected")).toBe(true);
    expect(runs).toBe(1);
  });

  test("in steady traffic gathers what comes within its pace, and makes nobody wait after a pause or once enough wait", async () => {
    const groups: number[] = [];
    const desk = new GroupDesk<number, number>(
      async (requests) => {
        groups.push(requests.length);
        return requests;
      },
      { largestGroup: 10, groupsAtOnce: 1, pace: { ms: 60_000, enough: 3 }, failsTogether: () => false },
    );
    expect(await desk.ask(1)).toBe(1);
    // The first came after a pause. The next two would wait for a minute, were they not three in the end.
    expect(await Promise.all([2, 3, 4].map((n) => desk.ask(n)))).toEqual([2, 3, 4]);
    const [alone] = [desk.ask(5), desk.ask(6)];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(groups).toEqual([1, 3]);
    void desk.ask(7);
    expect(await alone).toBe(5);
    expect(groups).toEqual([1, 3, 3]);
  });

  test("a paced group starts by itself when its time has come", async () => {
    const desk = new GroupDesk<number, number>(async (requests) => requests, {
      largestGroup: 10,
      groupsAtOnce: 1,
      pace: { ms: 5, enough: 100 },
      failsTogether: () => false,
    });
    await desk.ask(1);
    expect(await desk.ask(2)).toBe(2);
  });

  test("behind another desk few wait until its group has ended, and many do not", async () => {
    const ends: (() => void)[] = [];
    const ahead = new GroupDesk<number, number>(
      async (requests) => {
        await new Promise<void>((resolve) => ends.push(resolve));
        return requests;
      },
      { largestGroup: 10, groupsAtOnce: 1, failsTogether: () => false },
    );
    const groups: number[] = [];
    const desk = new GroupDesk<number, number>(
      async (requests) => {
        groups.push(requests.length);
        return requests;
      },
      {
        largestGroup: 10,
        groupsAtOnce: 1,
        pace: { ms: 0, enough: 3, behind: ahead },
        failsTogether: () => false,
      },
    );
    const first = ahead.ask(1);
    const few = [desk.ask(1), desk.ask(2)];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(groups).toEqual([]);
    await Promise.all([...few, desk.ask(3)]);
    expect(groups).toEqual([3]);
    const one = desk.ask(4);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(groups).toEqual([3]);
    for (const end of ends) end();
    expect(await Promise.all([first, one])).toEqual([1, 4]);
    expect(groups).toEqual([3, 1]);
  });
});
