-- Everything that guards the tables, as one document: triggers, policies, row-level security, rights of the
-- application's role, functions and constraints.
create or replace function guard_catalogue() returns jsonb language sql stable set search_path = pg_catalog, public as $$
  with ours as (select oid, nspname from pg_namespace where nspname in ('public', 'ledger')),
  tables as (
    select c.oid, case n.nspname when 'public' then c.relname else n.nspname || '.' || c.relname end as name,
           c.relrowsecurity, c.relforcerowsecurity, c.relacl
      from pg_class c join ours n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v')),
  guards as (
    select 'trigger ' || t.tgname || ' of ' || c.name as name, t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid) as "is"
      from pg_trigger t join tables c on c.oid = t.tgrelid where not t.tgisinternal
    union all
    select 'foreign key ' || k.conname || ' of ' || c.name,
           pg_get_constraintdef(k.oid) || ' ' || coalesce((select string_agg(t.tgenabled::text, '' order by t.oid)
             from pg_trigger t where t.tgconstraint = k.oid and t.tgrelid = c.oid), '')
      from pg_constraint k join tables c on c.oid = k.conrelid where k.contype = 'f'
    union all
    select 'constraint ' || k.conname || ' of ' || c.name, pg_get_constraintdef(k.oid)
      from pg_constraint k join tables c on c.oid = k.conrelid where k.contype in ('c', 'u', 'p')
    union all
    select 'policy ' || p.polname || ' of ' || c.name, concat_ws(' ', p.polcmd::text, p.polpermissive, p.polroles::regrole[]::text,
             pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
      from pg_policy p join tables c on c.oid = p.polrelid
    union all
    select 'row-level security of ' || c.name, c.relrowsecurity || ' ' || c.relforcerowsecurity from tables c
    union all
    select 'rights of purse_app on ' || c.name, string_agg(a.privilege_type, ',' order by a.privilege_type)
      from tables c cross join lateral aclexplode(c.relacl) a
     where a.grantee in (0, 'purse_app'::regrole) group by c.name
    union all
    select 'rights of purse_app on ' || c.name || '.' || x.attname, string_agg(a.privilege_type, ',' order by a.privilege_type)
      from tables c join pg_attribute x on x.attrelid = c.oid cross join lateral aclexplode(x.attacl) a
     where a.grantee in (0, 'purse_app'::regrole) group by c.name, x.attname
    union all
    select 'function ' || p.oid::regprocedure::text,
           md5(pg_get_functiondef(p.oid)) || ' ' || coalesce((select string_agg(a.grantee::regrole::text, ',' order by a.grantee::regrole::text)
             from aclexplode(p.proacl) a where a.grantee in (0, 'purse_app'::regrole)), 'default')
      from pg_proc p join ours n on n.oid = p.pronamespace where p.prokind <> 'a')
  select jsonb_object_agg(name, "is") from guards
$$;
