-- Why `second` cannot confirm what `first` did at `since`; null when nothing speaks against it:
-- 'person_unknown', 'same_person', 'invited_by_other' (either brought the other in, directly or through others),
-- 'account_too_new' (the account was made, or its password reset, after that which it would confirm). `at` is when it
-- was signed, for proofs of the past; left out, everything until now counts.
create or replace function second_person_fault(first uuid, second uuid, since timestamptz, at timestamptz default 'infinity')
  returns text language sql stable security definer set search_path = public, pg_temp
  as $$
    select case
      when first is null or second is null then 'person_unknown'
      when first = second then 'same_person'
      when second in (select inviters_of(first, at)) or first in (select inviters_of(second, at)) then 'invited_by_other'
      when coalesce(account_since(second, at) > since, true) then 'account_too_new'
    end
  $$;
