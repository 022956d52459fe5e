-- Why `second` cannot confirm what `first` did at `since`; null when nothing speaks against it:
-- 'person_unknown', 'same_person', 'invited_by_other' (either brought the other in, directly or through others),
-- 'account_too_new' (the account was made after that which it would confirm).
create or replace function second_person_fault(first uuid, second uuid, since timestamptz) returns text
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when first is null or second is null then 'person_unknown'
      when first = second then 'same_person'
      when second in (select inviters_of(first)) or first in (select inviters_of(second)) then 'invited_by_other'
      when not exists (select 1 from app_user where id = second and created_at <= since) then 'account_too_new'
    end
  $$;
