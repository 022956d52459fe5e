-- Every sealed block hashed again from its entries; a row for each that is not as it was sealed.
create or replace function check_evidence_blocks() returns table (height bigint, seq bigint, problem text)
  language plpgsql stable set search_path = public, pg_temp set jit = off as $$
declare
  b evidence_block; v_previous bytea := decode(repeat('00', 32), 'hex'); v_height bigint := 0; v_last bigint := 0;
  v_digests bytea; v_count integer; v_bad bigint;
begin
  for b in select * from evidence_block order by evidence_block.height loop
    if b.height <> v_height + 1 then
      height := b.height; seq := null; problem := 'a block is missing before it'; return next;
    elsif b.previous_hash <> v_previous then
      height := b.height; seq := null; problem := 'it does not name the hash of the block before it'; return next;
    end if;
    select string_agg(d.digest, ''::bytea order by d.seq), count(*) into v_digests, v_count
      from evidence_digests(v_last, b.last_seq, null) d;
    if v_count <> b.entries
      or evidence_block_hash(b.previous_hash, b.height, b.first_seq, b.last_seq, coalesce(v_digests, ''::bytea)) <> b.hash
    then
      select d.seq into v_bad from evidence_digests(v_last, b.last_seq, null) with ordinality d (seq, digest, at)
       where substring(d.digest from 1 for 8) is distinct from substring(b.entry_marks from (d.at::int - 1) * 8 + 1 for 8)
       order by d.seq limit 1;
      height := b.height; seq := v_bad;
      problem := case when v_bad is not null then 'an entry is not as it was sealed, or one before it is missing'
        when v_count < b.entries then 'entries are missing at its end' else 'its hash does not fit its entries' end;
      return next;
    end if;
    v_previous := b.hash; v_height := b.height; v_last := b.last_seq;
  end loop;
end $$;
