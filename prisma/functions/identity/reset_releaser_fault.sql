-- Why `second` cannot release what `first` asked for; null when they can. Where no other admin of the person's
-- organisation could, an admin of the operator does.
create or replace function reset_releaser_fault(person uuid, first uuid, second uuid, since timestamptz) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when second = person then 'same_person'
      else coalesce(second_person_fault(first, second, since), case
        when is_resetter(person, second) then null
        when second in (select operator_admins())
          and not exists (select 1 from active_admins(reset_organisation(person)) a(admin)
                          where a.admin <> person and second_person_fault(first, a.admin, since) is null) then null
        else 'not_entitled'
      end)
    end
  $$;
