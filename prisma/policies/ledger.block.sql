grant select on ledger.block to purse_app;
alter table ledger.block enable row level security;

CREATE POLICY block_read ON ledger.block FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
