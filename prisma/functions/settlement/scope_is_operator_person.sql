-- Whether this transaction is the operator's of this program, and signed in as this person, who belongs to it.
create or replace function scope_is_operator_person(person uuid, program uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(scope_kind() = 'operator' and scope_actor() = person and exists (
      select 1 from program p where p.id = program and p.operator_id = scope_org() and is_member(person, p.operator_id)), false)
  $$;
