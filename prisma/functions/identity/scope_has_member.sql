-- Whether this person is, or was, a member of the tenant of this transaction. It runs as the owner, so that the
-- policies that ask it do not ask themselves.
create or replace function scope_has_member(person uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$ select exists (select 1 from membership where user_id = person and organisation_id = scope_org()) $$;
