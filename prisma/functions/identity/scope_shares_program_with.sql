-- Whether the tenant of this transaction sits in a program together with `other`; parties of one program may know
-- each other's names and nothing else. It runs as the owner so that it does not recurse into the policies.
create or replace function scope_shares_program_with(other uuid) returns boolean
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select exists (
      select 1 from program_party mine join program_party theirs using (program_id)
      where mine.organisation_id = scope_org() and theirs.organisation_id = other)
    or exists (
      select 1 from program_party mine join program on program.id = mine.program_id
      where mine.organisation_id = scope_org() and program.operator_id = other)
  $$;
