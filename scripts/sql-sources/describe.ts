/** What a database says of its functions, views and rights on tables, in a form that two databases can be compared by. */
import type pg from "pg";

export interface DatabaseObject {
  /** Everything that makes it what it is, as the database prints it, with who may use it. */
  text: string;
  /** Of a table: the names of its policies. */
  policies: string[];
}

/** By kind and name: `function ledger.clock()`, `view leg_batch`, `table payment` for the rights and policies of one. */
export type Objects = Map<string, DatabaseObject>;

const RIGHTS = (acl: string) =>
  `coalesce((select string_agg(concat_ws(' ', nullif(a.grantee, 0)::regrole, a.privilege_type, a.is_grantable), ',' order by a.grantee, a.privilege_type)
     from aclexplode(${acl}) a where a.grantee <> a.grantor), '')`;

const QUERY = `
  with ours as (select oid from pg_namespace where nspname in ('public', 'ledger'))
  select 'function ' || p.oid::regprocedure::text as name, '{}'::text[] as policies,
         pg_get_functiondef(p.oid) || ${RIGHTS("coalesce(p.proacl, acldefault('f', p.proowner))")} as text
    from pg_proc p join ours on ours.oid = p.pronamespace
   where p.prokind <> 'a'
  union all
  select 'view ' || c.oid::regclass::text, '{}',
         pg_get_viewdef(c.oid) || coalesce(c.reloptions::text, '') || ${RIGHTS("c.relacl")}
    from pg_class c join ours on ours.oid = c.relnamespace
   where c.relkind = 'v'
  union all
  select 'table ' || name, policies, text
    from (
      select c.oid::regclass::text as name,
             array(select quote_ident(p.polname) from pg_policy p where p.polrelid = c.oid order by p.polname) as policies,
             concat_ws(E'\\n',
               nullif(${RIGHTS("c.relacl")}, ''),
               (select string_agg(x.attname || ': ' || ${RIGHTS("x.attacl")}, E'\\n' order by x.attname)
                  from pg_attribute x where x.attrelid = c.oid and x.attacl is not null),
               case when c.relrowsecurity then 'row-level security' end,
               case when c.relforcerowsecurity then 'forced' end,
               (select string_agg(concat_ws(' ', p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[]::text,
                         'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)),
                         E'\\n' order by p.polname)
                  from pg_policy p where p.polrelid = c.oid)) as text
        from pg_class c join ours on ours.oid = c.relnamespace
       where c.relkind in ('r', 'p')) t`;

export async function describeObjects(client: pg.ClientBase): Promise<Objects> {
  const { rows } = await client.query<DatabaseObject & { name: string }>(QUERY);
  return new Map(rows.map(({ name, ...object }) => [name, object]));
}

const LAST_WRITER = (table: string) => `
  with ours as (select oid from pg_namespace where nspname in ('public', 'ledger')),
  written as (
    select 'function ' || p.oid::regprocedure::text as name, p.xmin::text as by
      from pg_proc p join ours on ours.oid = p.pronamespace where p.prokind <> 'a'
    union
    select case c.relkind when 'v' then 'view ' else 'table ' end || c.oid::regclass::text, x.by
      from pg_class c join ours on ours.oid = c.relnamespace
      cross join lateral (
        select c.xmin::text as by
        union select r.xmin::text from pg_rewrite r where r.ev_class = c.oid
        union select p.xmin::text from pg_policy p where p.polrelid = c.oid) x
     where c.relkind in ('r', 'p', 'v'))
  select s.path, array_agg(w.name) as names
    from ${table} s join written w on w.by = s.xmin::text group by s.path`;

/** Which source wrote an object last, where each ran in a subtransaction of its own and left its path in \`table\`. */
export async function namesByPath(client: pg.ClientBase, table: string): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ path: string; names: string[] }>(LAST_WRITER(table));
  return new Map(rows.map(({ path, names }) => [path, names]));
}

/** Takes every right and policy that a source could give, so that what stands afterwards was given by one. */
export const TAKE_ALL_RIGHTS = `
  do $$
  declare
    each record;
  begin
    for each in
      select 'revoke all on function ' || p.oid::regprocedure || ' from ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public') as statement
        from pg_proc p cross join lateral aclexplode(p.proacl) a
       where p.pronamespace in ('public'::regnamespace, 'ledger'::regnamespace) and p.prokind <> 'a' and a.grantee <> p.proowner
      union all
      select 'grant execute on function ' || p.oid::regprocedure || ' to public'
        from pg_proc p
       where p.pronamespace in ('public'::regnamespace, 'ledger'::regnamespace) and p.prokind <> 'a' and p.proacl is not null
      union all
      select 'revoke all on ' || c.oid::regclass || ' from ' || coalesce(nullif(a.grantee, 0)::regrole::text, 'public')
        from pg_class c
        cross join lateral (select grantee from aclexplode(c.relacl)
                            union select b.grantee from pg_attribute x, aclexplode(x.attacl) b where x.attrelid = c.oid) a
       where c.relnamespace in ('public'::regnamespace, 'ledger'::regnamespace) and c.relkind in ('r', 'p', 'v') and a.grantee <> c.relowner
      union all
      select format('drop policy %I on %s', p.polname, p.polrelid::regclass)
        from pg_policy p join pg_class c on c.oid = p.polrelid
       where c.relnamespace in ('public'::regnamespace, 'ledger'::regnamespace)
      union all
      select 'alter table ' || c.oid::regclass || ' disable row level security, no force row level security'
        from pg_class c
       where c.relnamespace in ('public'::regnamespace, 'ledger'::regnamespace) and (c.relrowsecurity or c.relforcerowsecurity)
    loop
      execute each.statement;
    end loop;
  end $$`;
