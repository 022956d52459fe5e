grant select on ledger.seal_horizon to purse_app;
alter table ledger.seal_horizon enable row level security;
