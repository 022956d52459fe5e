import { expect, test } from "vitest";
import { callFunction, withOwner } from "./db";
import { mintSystemScope } from "./scope";
import { useTestDatabase } from "./testing";

useTestDatabase();
const system = mintSystemScope("test");

const call = <Row>(text: string, params: readonly unknown[] = []) =>
  callFunction<Row>(system, { name: text, text, params });

test("calls are carried out in their order on one connection, and a failed one takes no other with it", async () => {
  const settled = await Promise.allSettled([
    call<{ pid: number }>("select pg_backend_pid() as pid, pg_sleep(0.05)"),
    call("select 1 / $1::int", [0]),
    call<{ pid: number; twice: number }>("select pg_backend_pid() as pid, $1::int * 2 as twice", [21]),
  ]);
  const [first, failed, last] = settled;
  expect(failed).toMatchObject({ status: "rejected", reason: { code: "22012" } });
  if (first?.status !== "fulfilled" || last?.status !== "fulfilled") throw new Error("two of three succeed");
  expect(last.value).toMatchObject([{ twice: 42, pid: first.value[0]?.pid }]);
});

test("a connection that is cut fails what was under way, once, and the next call opens another", async () => {
  const [{ pid } = { pid: 0 }] = await call<{ pid: number }>("select pg_backend_pid() as pid");
  const under = Promise.allSettled([call("select pg_sleep(5)"), call("select 1 as one")]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await withOwner((client) => client.query("select pg_terminate_backend($1)", [pid]));
  expect((await under).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const [{ next } = { next: 0 }] = await call<{ next: number }>("select pg_backend_pid() as next");
  expect(next).not.toBe(0);
  expect(next).not.toBe(pid);
});
