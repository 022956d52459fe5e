grant select, insert, update, delete on rate_limit to purse_app;
alter table rate_limit enable row level security;

create policy rate_limit_all on rate_limit for all to purse_app using (scope_kind() = 'system');
