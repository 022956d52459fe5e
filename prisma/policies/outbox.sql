grant select, insert, update, delete on outbox to purse_app;
alter table outbox enable row level security;

create policy outbox_clear on outbox for delete to purse_app using (scope_kind() = 'system');

create policy outbox_publish on outbox for update to purse_app using (scope_kind() = 'system');

create policy outbox_read on outbox for select to purse_app using (scope_is_platform());

create policy outbox_write on outbox for insert to purse_app
  with check (scope_is_platform() or (scope_kind() <> ''
    and (organisation_id is null or organisation_id = scope_org() or scope_shares_program_with(organisation_id))));
