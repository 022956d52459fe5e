-- From where it was asked. Empty for what the platform did by itself.
alter table audit_entry add column address inet;
