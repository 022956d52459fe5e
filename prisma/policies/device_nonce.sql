grant select, insert, delete on device_nonce to purse_app;
alter table device_nonce enable row level security;

create policy device_nonce_all on device_nonce to purse_app
  using ((select scope_kind()) = 'system' or ((select scope_kind()) = 'device'
    and exists (select 1 from device_credential c where c.id = device_nonce.credential_id and c.merchant_id = (select scope_org()))));
