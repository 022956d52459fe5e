grant select, insert on agreement_simulation_rule to purse_app;
alter table agreement_simulation_rule enable row level security;

create policy agreement_simulation_rule_read on agreement_simulation_rule for select to purse_app
  using (scope_is_platform() or party_id = scope_org());

create policy agreement_simulation_rule_write on agreement_simulation_rule for insert to purse_app
  with check (scope_kind() = 'system');
