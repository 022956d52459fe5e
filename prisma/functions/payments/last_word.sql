-- Payments are found by what the screen shows of them. Row-level security uses an index only where the comparison
-- cannot tell what it compared (leakproof): equality of stored columns, not patterns. So what people type of a card or
-- wallet, its last letters and digits, stands in a column of its own.
create or replace function last_word(p_label text) returns text language sql immutable parallel safe
  as $$ select lower(substring(p_label from '([[:alnum:]]+)[^[:alnum:]]*$')) $$;
