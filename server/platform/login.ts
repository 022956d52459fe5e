/**
 * The role that the processes log in as. It owns nothing, is a member of `purse_app` alone and can become nobody else,
 * so that whatever runs in a process has the rights of the application and no more. A process that is given another
 * login does not start.
 */
import pg from "pg";

export interface Login {
  name: string;
  password: string;
}

type Query = (text: string) => Promise<{ rows: { fault: string }[] }>;

/** Everything that the role of this connection could do and must not; one sentence a row. */
const FAULTS = `
  with me as (select * from pg_roles where rolname = session_user),
  app as (select oid from pg_roles where rolname = 'purse_app')
  select fault from me, lateral (values
    (me.rolsuper, 'it is a superuser'),
    (me.rolbypassrls, 'it passes by row-level security'),
    (me.rolcreaterole, 'it may create roles'),
    (me.rolcreatedb, 'it may create databases'),
    (me.rolreplication, 'it may replicate'),
    (session_user <> current_user, 'it has become another role'),
    (not exists (select 1 from app where pg_has_role(me.oid, app.oid, 'usage')), 'it is not a member of purse_app'),
    (exists (select 1 from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o'
       and d.refobjid in (select me.oid union all select oid from app)
       and d.dbid in (0, (select oid from pg_database where datname = current_database()))), 'it owns something')
  ) as f (is_so, fault) where is_so
  union all
  select 'it is a member of ' || r.rolname
    from me, pg_roles r
   where not me.rolsuper and r.oid <> me.oid and r.rolname <> 'purse_app' and pg_has_role(me.oid, r.oid, 'member')`;

/** Why this connection's role must not run a process; empty when nothing speaks against it. */
export async function loginFaults(query: Query): Promise<string[]> {
  return (await query(FAULTS)).rows.map((row) => row.fault);
}

/** Makes the login, or gives it its password anew. Asked of the owner, who may create roles. */
export async function provisionLogin(owner: pg.Client, login: Login): Promise<void> {
  const name = pg.escapeIdentifier(login.name);
  const known = await owner.query("select 1 from pg_roles where rolname = $1", [login.name]);
  if (known.rowCount === 0) await owner.query(`create role ${name}`);
  await owner.query(`alter role ${name} with login inherit password ${pg.escapeLiteral(login.password)}`);
  await admitLogin(owner, login.name);
}

/** Makes `name` a member of the application's role and, from version 16 on, one that cannot become it. */
export async function admitLogin(owner: pg.Client, name: string): Promise<void> {
  const { rows } = await owner.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  );
  const options = (rows[0]?.version ?? 0) >= 160_000 ? " with inherit true, set false" : "";
  await owner.query(`grant purse_app to ${pg.escapeIdentifier(name)}${options}`);
}

/** The same server and database with the login's name. */
export function urlFor(login: Login, ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.username = encodeURIComponent(login.name);
  url.password = encodeURIComponent(login.password);
  return url.toString();
}
