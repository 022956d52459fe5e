-- Proposals that a second person has to confirm, and the triggers without which what they allow cannot happen.
-- Micros in one minor unit of a currency; a test holds it against the list of currencies.
create or replace function micros_per_minor(currency text) returns bigint language sql immutable parallel safe
  as $$
    select case
      when currency in ('CLP', 'ISK', 'JPY', 'KRW', 'VND') then 1000000
      when currency in ('BHD', 'JOD', 'KWD', 'OMR', 'TND') then 1000
      else 10000
    end::bigint
  $$;
