grant select, insert, update on allocation_basis to purse_app;
alter table allocation_basis enable row level security;

create policy allocation_basis_all on allocation_basis for all to purse_app using (scope_is_platform());
