import pg from "pg";
import { v7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "@/server/platform/testing";

const database = useTestDatabase();
const AT = "2026-03-01T00:00:00Z";

describe("two people who are really two", () => {
  let owner: pg.Client;
  const organisation = v7();

  beforeAll(async () => {
    owner = new pg.Client({ connectionString: database.url() });
    await owner.connect();
    await owner.query("insert into organisation (id, kind, slug, name) values ($1, 'operator', 'op', 'Op')", [
      organisation,
    ]);
    await owner.query(`create table signed_thing (
      id uuid primary key, made_by uuid, signed_by uuid, made_at timestamptz not null)`);
    await owner.query(`create trigger two_people before insert or update on signed_thing for each row
      execute function require_two_people('thing.sign', 'made_by', 'signed_by', 'made_at')`);
  });
  afterAll(() => owner.end());

  async function person(createdAt = "2026-01-01T00:00:00Z", invitedBy: string | null = null) {
    const id = v7();
    await owner.query("insert into app_user (id, email, name, created_at) values ($1, $2, 'A', $3)", [
      id,
      `${id}@example.org`,
      createdAt,
    ]);
    if (invitedBy)
      await owner.query(
        `insert into invitation (id, organisation_id, email, role, token_hash, created_by, expires_at, accepted_at, accepted_by)
         values ($1, $2, 'x@example.org', 'admin', $3, $4, now(), now(), $5)`,
        [v7(), organisation, Buffer.from(v7()), invitedBy, id],
      );
    return id;
  }

  async function sign(first: string | null, second: string): Promise<string | undefined> {
    const id = v7();
    await owner.query("insert into signed_thing values ($1, $2, null, $3)", [id, first, AT]);
    try {
      await owner.query("update signed_thing set signed_by = $2 where id = $1", [id, second]);
      return undefined;
    } catch (error) {
      return (error as { detail?: string }).detail;
    }
  }

  it("somebody else who was there before may sign", async () => {
    expect(await sign(await person(), await person())).toBeUndefined();
  });

  it("nobody signs what they made, nor what nobody made", async () => {
    const one = await person();
    expect(await sign(one, one)).toBe("same_person");
    expect(await sign(null, one)).toBe("person_unknown");
  });

  it("neither the invited nor the inviter is a second person, also through others", async () => {
    const founder = await person();
    const invited = await person(undefined, founder);
    const further = await person(undefined, invited);
    expect(await sign(founder, invited)).toBe("invited_by_other");
    expect(await sign(invited, founder)).toBe("invited_by_other");
    expect(await sign(founder, further)).toBe("invited_by_other");
  });

  it("two whom the same person invited may confirm each other", async () => {
    const founder = await person();
    expect(await sign(await person(undefined, founder), await person(undefined, founder))).toBeUndefined();
  });

  it("whom somebody brings in later makes no signature of before wrong", async () => {
    const [one, two] = [await person(), await person()];
    await owner.query(
      `insert into invitation (id, organisation_id, email, role, token_hash, created_by, expires_at, accepted_at, accepted_by)
       values ($1, $2, 'y@example.org', 'viewer', $3, $4, '2026-05-01', '2026-04-01', $5)`,
      [v7(), organisation, Buffer.from(v7()), one, two],
    );
    const faultAt = async (at: string) =>
      (await owner.query("select second_person_fault($1, $2, $3, $4) as fault", [one, two, AT, at])).rows[0]
        .fault;
    expect(await faultAt("2026-03-31T00:00:00Z")).toBeNull();
    expect(await faultAt("2026-04-02T00:00:00Z")).toBe("invited_by_other");
    expect(await sign(one, two)).toBe("invited_by_other");
  });

  it("an account made after the thing cannot sign it", async () => {
    expect(await sign(await person(), await person("2026-03-02T00:00:00Z"))).toBe("account_too_new");
  });

  it("somebody signed in cannot sign with another's name", async () => {
    const [one, two, three] = [await person(), await person(), await person()];
    const id = v7();
    await owner.query("insert into signed_thing values ($1, $2, null, $3)", [id, one, AT]);
    await owner.query("begin");
    await owner.query("select set_config('purse.scope_actor', $1, true)", [three]);
    await expect(
      owner.query("update signed_thing set signed_by = $2 where id = $1", [id, two]),
    ).rejects.toThrow(/another person/);
    await owner.query("rollback");
  });
});
