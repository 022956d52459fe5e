grant select on ledger.transfer to purse_app;
alter table ledger.transfer enable row level security;

CREATE POLICY transfer_read ON ledger.transfer FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
