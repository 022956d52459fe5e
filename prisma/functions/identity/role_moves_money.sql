-- Roles whose holders approve, send or redirect money, or decide who does.
create or replace function role_moves_money(role text) returns boolean language sql immutable parallel safe
  as $$ select role in ('admin', 'finance') $$;
