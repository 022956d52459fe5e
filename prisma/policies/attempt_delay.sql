grant select, insert, update, delete on attempt_delay to purse_app;
alter table attempt_delay enable row level security;

create policy attempt_delay_all on attempt_delay for all to purse_app using (scope_kind() = 'system');
