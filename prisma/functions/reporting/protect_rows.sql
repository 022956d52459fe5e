-- Protects a table: rows are not deleted, only the columns of p_may_change change (of a row in one of the states
-- p_final only those of p_may_change_final), and every creation and change is recorded. Columns of p_unwatched are left
-- out of the record: personal data and what changes all day. All of it holds for every role, also while
-- session_replication_role is set; a trigger that a superuser switches off is found by the proof.
create or replace function protect_rows(p_table regclass, p_may_change text[] default '{}', p_final text[] default '{}',
    p_may_change_final text[] default '{}', p_unwatched text[] default '{}', p_keep text default 'content') returns void
  language plpgsql set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  key_columns constant text := (
    select string_agg(a.attname, ',' order by k.ordinal)
      from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality k (attnum, ordinal)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indrelid = p_table and i.indisprimary);
  -- They are empty before a row is written.
  generated constant text[] := array(
    select attname::text from pg_attribute where attrelid = p_table and attgenerated <> '' and not attisdropped);
  each text;
begin
  foreach each in array array['unchanging', 'evidence_keep', 'evidence_insert', 'evidence_update'] loop
    execute format('drop trigger if exists %I on %s', each, p_table);
  end loop;
  if cardinality(p_may_change) = 0 then
    execute format('create trigger evidence_keep before update or delete or truncate on %s
      for each statement execute function refuse_change()', p_table);
  else
    execute format('create trigger evidence_keep before delete or truncate on %s
      for each statement execute function refuse_change()', p_table);
    -- Its name comes after those of other guards, whose words are closer to the deed.
    execute format('create trigger unchanging before update on %s for each row execute function guard_row(%L, %L, %L)',
      p_table, array_to_string(p_may_change || generated, ','), array_to_string(p_final, ','),
      array_to_string(p_may_change_final || generated, ','));
    execute format('create trigger evidence_update after update on %s referencing old table as old_rows new table as new_rows
      for each statement execute function record_evidence(%L, %L, %L)', p_table, key_columns, p_keep,
      array_to_string(p_unwatched, ','));
    execute format('alter table %s enable always trigger unchanging', p_table);
    execute format('alter table %s enable always trigger evidence_update', p_table);
  end if;
  execute format('create trigger evidence_insert after insert on %s referencing new table as new_rows
    for each statement execute function record_evidence(%L, %L, %L)', p_table, key_columns, p_keep,
    array_to_string(p_unwatched, ','));
  execute format('alter table %s enable always trigger evidence_keep', p_table);
  execute format('alter table %s enable always trigger evidence_insert', p_table);
  perform adopt_rows(p_table);
end $$;

revoke execute on function protect_rows from public;
