grant select, insert on allocation_leg to purse_app;
alter table allocation_leg enable row level security;

-- A merchant sees the whole split of its own payments; everybody else the legs that are theirs.
create policy allocation_leg_read on allocation_leg for select to purse_app
  using (scope_is_platform() or party_id = scope_org() or (scope_kind() = 'merchant' and merchant_id = scope_org()));

create policy allocation_leg_write on allocation_leg for insert to purse_app with check (scope_kind() = 'system');
