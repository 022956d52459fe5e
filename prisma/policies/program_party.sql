grant select, insert on program_party to purse_app;
alter table program_party enable row level security;

create policy program_party_read on program_party for select to purse_app
  using (scope_is_platform() or scope_in_program(program_id));

create policy program_party_write on program_party for insert to purse_app with check (scope_is_platform());
