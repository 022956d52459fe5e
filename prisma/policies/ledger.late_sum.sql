grant select on ledger.late_sum to purse_app;
alter table ledger.late_sum enable row level security;

CREATE POLICY late_sum_read ON ledger.late_sum FOR SELECT TO purse_app USING ((SELECT public.scope_is_platform()));
