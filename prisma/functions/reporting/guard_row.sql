-- Trigger arguments: columns that may change; states in which a row is final; columns that may change then.
create or replace function guard_row() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  before_it constant jsonb := to_jsonb(old);
  after_it constant jsonb := to_jsonb(new);
  is_final constant boolean := before_it ->> 'state' = any (string_to_array(tg_argv[1], ','));
  allowed constant text[] := string_to_array(case when is_final then tg_argv[2] else tg_argv[0] end, ',');
  bad text;
begin
  if before_it = after_it then return new; end if;
  select string_agg(key, ', ' order by key) into bad
    from jsonb_each(after_it - allowed) a where a.value is distinct from before_it -> a.key;
  if bad is not null then
    raise exception '%.% is never changed%', tg_table_name, bad,
      case when is_final then ' once it is ' || (before_it ->> 'state') else '' end
      using errcode = 'restrict_violation', hint = 'What may change is listed where the table is given to protect_rows.';
  end if;
  return new;
end $$;
