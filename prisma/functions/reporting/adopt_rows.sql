-- Records rows that were there before their table was protected, and those that only a new column with a value of its
-- own has made different. The migrations call it for every protected table.
create or replace function adopt_rows(p_table regclass) returns void
  language plpgsql set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  told constant text[] := (
    select string_to_array(encode(t.tgargs, 'escape'), '\000')
      from pg_trigger t where t.tgrelid = p_table and t.tgname = 'evidence_insert' and t.tgnargs = 3);
begin
  if told is null then return; end if;
  perform pg_current_xact_id();
  execute format(
    'insert into evidence_entry (table_name, row_key, op, content, content_hash)
     select %1$L, k.row_key, ''adopt'', %2$s, evidence_hash(x.content)
       from %3$s n cross join lateral (select evidence_content(to_jsonb(n), %4$L) as content) x
       cross join lateral (select %5$s as row_key) k
       left join lateral (select e.content, e.content_hash from evidence_entry e
                           where e.table_name = %1$L and e.row_key = k.row_key order by e.seq desc limit 1) e on true
      where e.content_hash is null
         or (e.content_hash <> evidence_hash(x.content) and x.content @> e.content)
      order by k.row_key',
    p_table::text, case told[2] when 'content' then 'x.content' else 'null' end, p_table,
    string_to_array(told[3], ','),
    (select string_agg(format('n.%I::text', c), ' || ''|'' || ') from unnest(string_to_array(told[1], ',')) c));
end $$;

revoke execute on function adopt_rows from public;
