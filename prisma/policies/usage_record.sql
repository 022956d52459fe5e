grant select, insert on usage_record to purse_app;
alter table usage_record enable row level security;

create policy usage_record_all on usage_record for all to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));

create policy no_merchant_writes on usage_record as restrictive for insert to purse_app
  with check ((select scope_kind()) <> 'merchant');
