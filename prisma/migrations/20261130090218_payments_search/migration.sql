-- Payments are found by what the screen shows of them. Row-level security uses an index only where the comparison
-- cannot tell what it compared (leakproof): equality of stored columns, not patterns. So what people type of a card or
-- wallet, its last letters and digits, stands in a column of its own.
create function last_word(p_label text) returns text language sql immutable parallel safe
  as $$ select lower(substring(p_label from '([[:alnum:]]+)[^[:alnum:]]*$')) $$;

alter table instrument add column label_tail text generated always as (last_word(label)) stored;
create index instrument_by_label_tail on instrument (label_tail);

-- Payments with an instrument are found through it; the others (imported ones, unknown tokens) by themselves.
alter table payment add column label_tail text
  generated always as (case when instrument_id is null then last_word(instrument_label) end) stored;
create index payment_by_label_tail on payment (label_tail, id) where label_tail is not null;

-- The amount that lists show: what was captured, or else what was asked for. Finds it, and sorts by it. (Coalesce
-- counts as telling what it compares; case does not.)
create index payment_by_charge on payment
  ((case when captured_micros = 0::bigint then amount_micros else captured_micros end), id);
