grant select, insert, update, delete on payment_limit to purse_app;
alter table payment_limit enable row level security;

create policy payment_limit_all on payment_limit for all to purse_app using ((select scope_is_platform()));
