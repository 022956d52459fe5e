-- name pgledger
-- bars 30 45

-- prepare
select pgledger_create_account('bench ' || lpad(n::text, 4, '0'), 'EUR') from generate_series(0, 1000) as n;
vacuum analyze pgledger_accounts;

-- accounts
select id from pgledger_accounts order by name;

-- post
select id from pgledger_create_transfer(:from::text, :to::text, :amount::numeric);

-- batch
select count(*) from pgledger_create_transfers(
  (select array_agg((:from::text, t, :amount::numeric)::transfer_request) from unnest(:to::text[]) as t));

-- count
select count(*) from pgledger_transfers;
