-- What a proposed version would have paid each party for the payments of the month before: reckoned once by the
-- worker, so that nobody waits for it. Derived from legs and terms; it may be thrown away and reckoned again.
create table agreement_simulation (
  agreement_id uuid primary key references agreement,
  span_start timestamptz not null,
  span_end timestamptz not null check (span_end >= span_start),
  payment_count bigint not null check (payment_count >= 0),
  computed_at timestamptz not null
);
create table agreement_simulation_rule (
  agreement_id uuid not null references agreement_simulation on delete cascade,
  party_id uuid not null references organisation,
  rule text not null,
  before_micros bigint not null,
  after_micros bigint not null,
  primary key (agreement_id, party_id, rule)
);

alter table agreement_simulation enable row level security;
alter table agreement_simulation_rule enable row level security;
-- Whoever may read the version may know over what it was tried; of the figures each party sees its own.
create policy agreement_simulation_read on agreement_simulation for select to purse_app
  using (scope_is_platform() or exists (select 1 from agreement where agreement.id = agreement_id));
create policy agreement_simulation_write on agreement_simulation for insert to purse_app with check (scope_kind() = 'system');
create policy agreement_simulation_clear on agreement_simulation for delete to purse_app using (scope_kind() = 'system');
create policy agreement_simulation_rule_read on agreement_simulation_rule for select to purse_app
  using (scope_is_platform() or party_id = scope_org());
create policy agreement_simulation_rule_write on agreement_simulation_rule for insert to purse_app
  with check (scope_kind() = 'system');
grant select, insert, delete on agreement_simulation to purse_app;
grant select, insert on agreement_simulation_rule to purse_app;
