-- Payments are looked for by whole references: a device's key is found without reading all payments.
create index payment_by_reference on payment using hash (external_ref) where source = 'device';

-- Reports are written in their second form (source ids, local times, a byte order mark); their hashes are made anew.
update statement set report_sha256 = null where report_sha256 is not null;
