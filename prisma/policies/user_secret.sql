grant select, insert, update on user_secret to purse_app;
alter table user_secret enable row level security;

create policy user_secret_all on user_secret for all to purse_app using (scope_kind() = 'system');
