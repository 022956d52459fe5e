-- The admins of every operator who may sign in.
create or replace function operator_admins() returns setof uuid
  language sql stable security definer set search_path = public, pg_temp
  as $$ select distinct a.person from organisation o cross join lateral active_admins(o.id) a(person) where o.kind = 'operator' $$;
