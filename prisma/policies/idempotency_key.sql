grant select, insert, update, delete on idempotency_key to purse_app;
alter table idempotency_key enable row level security;

create policy idempotency_key_all on idempotency_key to purse_app
  using ((select scope_kind()) = 'system' or ((select scope_kind()) = 'device'
    and exists (select 1 from device d where d.id = idempotency_key.device_id and d.merchant_id = (select scope_org()))));
