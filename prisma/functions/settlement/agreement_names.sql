-- The short names in any corner of the terms: who gets something, funds something, or bears something.
create or replace function agreement_names(terms jsonb) returns setof text
  language sql immutable parallel safe
  as $$
    select distinct name #>> '{}'
      from (select jsonb_path_query(terms, '$.**.to ? (@.type() == "string")') as name
            union all select jsonb_path_query(terms, '$.**.from ? (@.type() == "string")')
            union all select jsonb_path_query(terms, '$.**.bearer ? (@.type() == "string")')) names
     where name #>> '{}' not in ('operator', '$merchant', 'by-legs')
  $$;
