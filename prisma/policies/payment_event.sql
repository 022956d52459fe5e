grant select, insert on payment_event to purse_app;
alter table payment_event enable row level security;

create policy payment_event_read on payment_event for select to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));

create policy payment_event_write on payment_event for insert to purse_app
  with check ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));
