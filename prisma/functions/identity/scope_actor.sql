-- Two people who are really two. Every rule of this kind is a trigger that calls `require_two_people` with the name of
-- its action, so the rules can be listed from the catalogue and stand in the database for every role.
-- The person on whose behalf this transaction runs; null for devices and the platform's own processes.
create or replace function scope_actor() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('purse.scope_actor', true), '')::uuid $$;
