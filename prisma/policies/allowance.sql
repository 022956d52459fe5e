grant select, insert, update on allowance to purse_app;
alter table allowance enable row level security;

create policy allowance_all on allowance for all to purse_app using ((select scope_is_platform()));
