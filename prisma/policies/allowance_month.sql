grant select, insert, update on allowance_month to purse_app;
alter table allowance_month enable row level security;

create policy allowance_month_all on allowance_month for all to purse_app using ((select scope_is_platform()));
