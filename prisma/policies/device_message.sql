grant select, insert, delete on device_message to purse_app;
alter table device_message enable row level security;

create policy device_message_all on device_message for all to purse_app using (scope_kind() = 'system');
