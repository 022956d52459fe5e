grant select, insert, update on payment to purse_app;
alter table payment enable row level security;

create policy payment_edit on payment for update to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));

-- Agencies reach payments through their own allocation legs; that policy stands with the legs.
create policy payment_read on payment for select to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));

create policy payment_read_agency on payment for select to purse_app
  using (scope_kind() = 'agency' and scope_has_leg(id));

create policy payment_write on payment for insert to purse_app
  with check ((select scope_is_platform()) or ((select scope_kind()) = 'device' and merchant_id = (select scope_org())));
