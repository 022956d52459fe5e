grant select, insert, update on program_terms to purse_app;
alter table program_terms enable row level security;

create policy program_terms_edit on program_terms for update to purse_app using (scope_is_platform());

create policy program_terms_read on program_terms for select to purse_app
  using (scope_is_platform() or (confirmed_at is not null and scope_in_program(program_id)));

create policy program_terms_write on program_terms for insert to purse_app with check (scope_is_platform());
