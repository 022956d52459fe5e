grant select, insert, delete on agreement_simulation to purse_app;
alter table agreement_simulation enable row level security;

create policy agreement_simulation_clear on agreement_simulation for delete to purse_app using (scope_kind() = 'system');

-- Whoever may read the version may know over what it was tried; of the figures each party sees its own.
create policy agreement_simulation_read on agreement_simulation for select to purse_app
  using (scope_is_platform() or exists (select 1 from agreement where agreement.id = agreement_id));

create policy agreement_simulation_write on agreement_simulation for insert to purse_app with check (scope_kind() = 'system');
