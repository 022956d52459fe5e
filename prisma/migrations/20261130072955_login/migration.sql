-- Processes log in as a role of their own that is a member of purse_app and of nothing else. Neither owns anything:
-- the queue's schema, which purse_app made and owned, passes to whoever applies migrations.
do $$
declare
  thing record;
begin
  execute format('alter schema pgboss owner to %I', current_user);
  for thing in
    select c.oid::regclass as name, c.relkind
      from pg_class c
     where c.relnamespace = 'pgboss'::regnamespace and c.relkind in ('r', 'p')
  loop
    execute format('alter table %s owner to %I', thing.name, current_user);
  end loop;
  for thing in
    select p.oid::regprocedure as name from pg_proc p where p.pronamespace = 'pgboss'::regnamespace
  loop
    execute format('alter function %s owner to %I', thing.name, current_user);
  end loop;
  for thing in
    select t.oid::regtype as name from pg_type t where t.typnamespace = 'pgboss'::regnamespace and t.typtype = 'e'
  loop
    execute format('alter type %s owner to %I', thing.name, current_user);
  end loop;
end $$;
