grant select, insert, update on settlement_exception to purse_app;
alter table settlement_exception enable row level security;

create policy settlement_exception_all on settlement_exception for all to purse_app using (scope_is_platform());
