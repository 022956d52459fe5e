-- Seals one more block of at most p_limit entries; gives its height, or null when nothing can be sealed yet. What a
-- number below the horizon has not shown by then is a gap for good (docs/adr/0011-sealing-behind-the-head.md).
create or replace function seal_evidence(p_limit integer default 10000) returns bigint
  language plpgsql security definer set search_path = public, pg_temp set jit = off as $$
declare
  top evidence_block; mark evidence_horizon; v_top bigint; v_drawn bigint; v_previous bytea; v_digests bytea;
  v_marks bytea; v_first bigint; v_last bigint; v_count integer; v_height bigint;
begin
  if scope_kind() <> 'system' then
    raise exception 'evidence is sealed by the platform' using errcode = 'insufficient_privilege';
  end if;
  if not pg_try_advisory_xact_lock(hashtextextended('evidence.seal', 0)) then return null; end if;
  select * into top from evidence_block order by height desc limit 1;
  v_top := coalesce(top.last_seq, 0);
  v_height := coalesce(top.height, 0) + 1;
  v_previous := coalesce(top.hash, decode(repeat('00', 32), 'hex'));
  select * into mark from evidence_horizon;
  if mark.through_seq is null or mark.through_seq <= v_top then
    select case when is_called then last_value else 0 end into v_drawn from evidence_entry_seq_seq;
    if v_drawn > v_top then
      insert into evidence_horizon (through_seq, horizon) values (v_drawn, pg_current_xact_id())
      on conflict (only_row) do update set through_seq = excluded.through_seq, horizon = excluded.horizon;
    end if;
    return null;
  end if;
  if pg_snapshot_xmin(pg_current_snapshot()) < mark.horizon then return null; end if;
  select min(d.seq), max(d.seq), count(*), string_agg(d.digest, ''::bytea order by d.seq),
         string_agg(substring(d.digest from 1 for 8), ''::bytea order by d.seq)
    into v_first, v_last, v_count, v_digests, v_marks from evidence_digests(v_top, mark.through_seq, p_limit) d;
  if v_count < p_limit then delete from evidence_horizon; end if;
  if v_count = 0 then return null; end if;
  insert into evidence_block (height, first_seq, last_seq, entries, sealed_at, previous_hash, hash, entry_marks)
  values (v_height, v_first, v_last, v_count, clock_timestamp(), v_previous,
    evidence_block_hash(v_previous, v_height, v_first, v_last, v_digests), v_marks);
  return v_height;
end $$;

revoke execute on function seal_evidence from public;
grant execute on function seal_evidence to purse_app;
