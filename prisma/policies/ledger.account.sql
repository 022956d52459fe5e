grant select on ledger.account to purse_app;
alter table ledger.account enable row level security;

CREATE POLICY account_read ON ledger.account FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
