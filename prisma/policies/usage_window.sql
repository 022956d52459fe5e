grant select, insert, update on usage_window to purse_app;
alter table usage_window enable row level security;

create policy usage_window_all on usage_window for all to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) in ('merchant', 'device') and merchant_id = (select scope_org())));

create policy no_merchant_edits on usage_window as restrictive for update to purse_app
  using ((select scope_kind()) <> 'merchant');

create policy no_merchant_writes on usage_window as restrictive for insert to purse_app
  with check ((select scope_kind()) <> 'merchant');
