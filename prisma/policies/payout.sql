grant select, insert, update on payout to purse_app;
alter table payout enable row level security;

create policy payout_edit on payout for update to purse_app using (scope_is_platform());

create policy payout_read on payout for select to purse_app using (scope_is_platform() or party_id = scope_org());

create policy payout_write on payout for insert to purse_app with check (scope_is_platform());
