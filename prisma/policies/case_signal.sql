grant select, insert on case_signal to purse_app;
alter table case_signal enable row level security;

create policy case_signal_all on case_signal for all to purse_app using ((select scope_is_platform()));
