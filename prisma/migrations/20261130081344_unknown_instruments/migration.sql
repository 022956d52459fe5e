-- Wallets and cards that nobody knows, presented by one device: each moves this moment on by a step, and a device whose
-- moment lies too far ahead is heard again when time has caught up. One moment says for all processes what a list of
-- attempts would say.
alter table device add column unknown_instruments_until timestamptz;
