-- Agreements name parties by their short names, so a name stays with its organisation.
create or replace function refuse_slug_change() returns trigger language plpgsql as $$
begin
  raise exception 'the short name of a party stays, because agreements name it' using errcode = 'restrict_violation';
end $$;
