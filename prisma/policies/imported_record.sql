grant select, insert, update on imported_record to purse_app;
alter table imported_record enable row level security;

create policy imported_record_edit on imported_record for update to purse_app using ((select scope_is_platform()));

-- A merchant finds its payments by the ids of its own system.
create policy imported_record_read on imported_record for select to purse_app
  using ((select scope_is_platform()) or ((select scope_kind()) = 'merchant' and merchant_id = (select scope_org())));

create policy imported_record_write on imported_record for insert to purse_app
  with check ((select scope_is_platform()));
