grant select, insert on case_overturn to purse_app;
alter table case_overturn enable row level security;

create policy case_overturn_read on case_overturn for select to purse_app using ((select scope_is_platform()));

create policy case_overturn_write on case_overturn for insert to purse_app with check ((select scope_is_platform()));
