grant select, insert, update on mail_message to purse_app;
alter table mail_message enable row level security;

create policy mail_message_read on mail_message for select to purse_app
  using (scope_is_platform() or organisation_id = scope_org());

create policy mail_message_send on mail_message for update to purse_app using (scope_kind() = 'system');

create policy mail_message_write on mail_message for insert to purse_app
  with check (scope_is_platform() or organisation_id = scope_org());

create policy no_device_edits on mail_message as restrictive for update to purse_app
  using ((select scope_kind()) <> 'device');

create policy no_device_writes on mail_message as restrictive for insert to purse_app
  with check ((select scope_kind()) <> 'device');
