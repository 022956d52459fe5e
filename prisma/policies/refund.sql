grant select, insert, update on refund to purse_app;
alter table refund enable row level security;

create policy refund_edit on refund for update to purse_app using ((select scope_is_platform()));

create policy refund_read on refund for select to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) = 'merchant' and merchant_id = (select scope_org())));

create policy refund_write on refund for insert to purse_app
  with check ((select scope_is_platform()) or ((select scope_kind()) = 'merchant' and merchant_id = (select scope_org())));
