grant select on ledger.late_leg to purse_app;
alter table ledger.late_leg enable row level security;

CREATE POLICY late_leg_read ON ledger.late_leg FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
