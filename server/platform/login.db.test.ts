/** A process never runs as somebody who could change the database past the application's rules. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withOwner } from "./db";
import { type Login, loginFaults, provisionLogin, urlFor } from "./login";
import { useTestDatabase } from "./testing";

const database = useTestDatabase();
const root = join(import.meta.dirname, "../..");
const login: Login = { name: `login_test_${process.pid}`, password: "made-for-this-test" };
const inRole = `login_test_role_${process.pid}`;

async function faultsOf(url: string): Promise<string[]> {
  return await withOwner((client) => loginFaults((text) => client.query(text)), url);
}

beforeAll(async () => {
  await withOwner(async (owner) => {
    await provisionLogin(owner, login);
    await owner.query(`create role ${inRole}`);
  });
});
afterAll(async () => {
  await withOwner(async (owner) => {
    await owner.query(`drop owned by ${login.name}`);
    await owner.query(`drop role if exists ${login.name}, ${inRole}`);
  });
});

describe("the login of processes", () => {
  test("is harmless as it is made, and made again only gets its password anew", async () => {
    expect(await faultsOf(urlFor(login, database.url()))).toEqual([]);
    const again = { ...login, password: "another" };
    await withOwner((owner) => provisionLogin(owner, again));
    expect(await faultsOf(urlFor(again, database.url()))).toEqual([]);
    await expect(faultsOf(urlFor({ ...login, password: "wrong" }, database.url()))).rejects.toThrow(
      /password/,
    );
    await withOwner((owner) => provisionLogin(owner, login));
  });

  test("can become nobody, silence no trigger and write no row of the ledger", async () => {
    const client = new pg.Client({ connectionString: urlFor(login, database.url()) });
    await client.connect();
    try {
      for (const statement of [
        "set role purse_app",
        "set role purse",
        "set session authorization purse",
        "set session_replication_role = replica",
        "alter table payment disable trigger all",
        "alter table payment disable row level security",
        "insert into ledger.transfer default values",
        "create table mine (id int)",
        "create schema mine",
        "create table pgboss.mine (id int)",
        "alter table pgboss.job add column mine int",
        "copy (select 1) to '/tmp/out'",
      ])
        await expect(client.query(statement), statement).rejects.toThrow(
          /permission denied|must be owner|must be (a )?superuser/,
        );
    } finally {
      await client.end();
    }
  });

  test.each([
    ["createrole", "nocreaterole", "it may create roles"],
    ["createdb", "nocreatedb", "it may create databases"],
    ["bypassrls", "nobypassrls", "it passes by row-level security"],
    ["superuser", "nosuperuser", "it is a superuser"],
  ])("is refused with %s", async (given, taken, sentence) => {
    await withOwner((owner) => owner.query(`alter role ${login.name} ${given}`));
    try {
      expect(await faultsOf(urlFor(login, database.url()))).toContain(sentence);
    } finally {
      await withOwner((owner) => owner.query(`alter role ${login.name} ${taken}`));
    }
  });

  test("is refused as an owner, as a member of another role, and as nobody's member", async () => {
    const url = urlFor(login, database.url());
    await withOwner(async (owner) => {
      await owner.query(
        `create table owned_by_login (id int); alter table owned_by_login owner to ${login.name}`,
      );
      expect(await faultsOf(url)).toEqual(["it owns something"]);
      await owner.query("drop table owned_by_login");
      await owner.query(`grant ${inRole} to ${login.name}`);
      expect(await faultsOf(url)).toEqual([`it is a member of ${inRole}`]);
      await owner.query(`revoke ${inRole} from ${login.name}`);
      await owner.query(`revoke purse_app from ${login.name}`);
      expect(await faultsOf(url)).toEqual(["it is not a member of purse_app"]);
      await provisionLogin(owner, login);
    });
    expect(await faultsOf(url)).toEqual([]);
  });

  test.each(["worker", "gateway"])("the %s does not start as the owner of the tables", async (entry) => {
    const child = spawn(process.execPath, ["--import", "tsx", `server/entry/${entry}.ts`], {
      cwd: root,
      env: { ...process.env, DATABASE_URL: database.url(), LOG_LEVEL: "fatal", PURSE_GATEWAY_PORT: "0" },
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
    const code = await new Promise((resolve) => child.once("exit", resolve));
    clearTimeout(timer);
    expect(code).toBe(1);
    expect(said).toMatch(/must not run this process: it is a superuser/);
  });
});
