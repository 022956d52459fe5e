-- Why somebody cannot ask that a person comes back by a new password; null when they can: 'same_person',
-- 'not_entitled', 'nobody_left' (with the asker counting as inviter, no admin of the operator could be a second person
-- for the only admin of a party any more: another operator asks).
create or replace function reset_asker_fault(person uuid, asker uuid) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when asker = person then 'same_person'
      when not coalesce(is_resetter(person, asker), false) then 'not_entitled'
      when is_active_admin(person, reset_organisation(person))
        and not exists (select 1 from active_admins(reset_organisation(person)) a(admin) where a.admin <> person)
        and not exists (select 1 from operator_admins() o(admin)
                        where o.admin <> asker and o.admin not in (select inviters_of(person))
                          and o.admin not in (select inviters_of(asker)))
        and exists (select 1 from operator_admins() o(admin) where o.admin not in (select inviters_of(person)))
        then 'nobody_left'
    end
  $$;
