-- Trigger arguments: columns of the key, 'content' or 'hash', columns that are not watched.
create or replace function record_evidence() returns trigger
  language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  key_columns constant text[] := string_to_array(tg_argv[0], ',');
  unwatched constant text[] := string_to_array(tg_argv[2], ',');
  key_of_new constant text := (select string_agg(format('n.%I::text', c), ' || ''|'' || ') from unnest(key_columns) c);
  same_row constant text := (select string_agg(format('o.%1$I = n.%1$I', c), ' and ') from unnest(key_columns) c);
begin
  execute format(
    'insert into evidence_entry (table_name, row_key, op, actor_id, content, content_hash)
     select %L, %s, %L, scope_actor(), %s, evidence_hash(x.content)
       from new_rows n cross join lateral (select evidence_content(to_jsonb(n), %L) as content) x %s order by 2',
    tg_table_name, key_of_new, lower(tg_op),
    case tg_argv[1] when 'content' then 'x.content' else 'null' end, unwatched,
    case when tg_op = 'UPDATE' then
      format('join old_rows o on %s where evidence_content(to_jsonb(o), %L) <> x.content', same_row, unwatched) end);
  return null;
end $$;
