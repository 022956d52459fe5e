-- Limits of adjustments are counted in minor units (cents, yen), so that one figure makes sense in every currency.
create or replace function authority_value(setting text) returns bigint
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce((select value from authority_setting where name = setting),
      case setting
        when 'adjustment_limit.finance' then 100000
        when 'adjustment_limit.admin' then 1000000
        when 'bank_account.cooling_hours' then 24
      end)
  $$;
