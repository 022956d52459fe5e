-- Evidence: what may be changed of rows that money rests on stands in the database for every role, each creation and
-- change of such a row is an entry of a log, and the log is sealed into hash-chained blocks behind its head, as the
-- ledger's transfers are. A table is protected by one line: select protect_rows('table', …).

create table evidence_entry (
  seq bigint generated always as identity primary key,
  table_name text not null,
  -- The primary key, joined by "|". Of a batch of legs: payment and refund ordinal of its first.
  row_key text not null,
  -- adopt: the row was there before its table was protected.
  op text not null check (op in ('adopt', 'insert', 'update', 'batch', 'catalogue')),
  at timestamptz not null default clock_timestamp(),
  -- On whose behalf, and as which login of the database.
  actor_id uuid,
  db_user text not null default session_user,
  -- The row without its unwatched columns; null where only its hash is kept.
  content jsonb,
  content_hash bytea not null,
  -- Of a batch: how many rows, and the first four bytes of each one's digest.
  batch_rows integer,
  batch_marks bytea
);
create index evidence_entry_by_row on evidence_entry (table_name, row_key, seq desc);

create table evidence_block (
  height bigint primary key,
  first_seq bigint not null,
  last_seq bigint not null,
  entries integer not null,
  sealed_at timestamptz not null,
  previous_hash bytea not null,
  hash bytea not null,
  -- The first eight bytes of every entry's digest, so that a difference names its entry.
  entry_marks bytea not null
);
create unique index evidence_block_by_seq on evidence_block (last_seq);

create table evidence_horizon (
  only_row boolean primary key default true check (only_row),
  through_seq bigint not null,
  horizon xid8 not null
);

alter table evidence_entry enable row level security;
alter table evidence_block enable row level security;
alter table evidence_horizon enable row level security;
create policy evidence_entry_read on evidence_entry for select to purse_app using ((select scope_is_platform()));
create policy evidence_block_read on evidence_block for select to purse_app using ((select scope_is_platform()));
grant select on evidence_entry, evidence_block to purse_app;

-- The text that a hash is over. Empty values are left out, so that a column that is added later changes no old hash.
create function evidence_content(p_row jsonb, p_unwatched text[]) returns jsonb
  language sql immutable parallel safe set search_path = pg_catalog
  as $$ select jsonb_strip_nulls(p_row - p_unwatched) $$;
create function evidence_hash(p_content jsonb) returns bytea
  language sql immutable parallel safe set search_path = pg_catalog
  as $$ select sha256(convert_to(p_content::text, 'UTF8')) $$;

-- Trigger arguments: columns of the key, 'content' or 'hash', columns that are not watched.
create function record_evidence() returns trigger
  language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  key_columns constant text[] := string_to_array(tg_argv[0], ',');
  unwatched constant text[] := string_to_array(tg_argv[2], ',');
  key_of_new constant text := (select string_agg(format('n.%I::text', c), ' || ''|'' || ') from unnest(key_columns) c);
  same_row constant text := (select string_agg(format('o.%1$I = n.%1$I', c), ' and ') from unnest(key_columns) c);
begin
  execute format(
    'insert into evidence_entry (table_name, row_key, op, actor_id, content, content_hash)
     select %L, %s, %L, scope_actor(), %s, evidence_hash(x.content)
       from new_rows n cross join lateral (select evidence_content(to_jsonb(n), %L) as content) x %s order by 2',
    tg_table_name, key_of_new, lower(tg_op),
    case tg_argv[1] when 'content' then 'x.content' else 'null' end, unwatched,
    case when tg_op = 'UPDATE' then
      format('join old_rows o on %s where evidence_content(to_jsonb(o), %L) <> x.content', same_row, unwatched) end);
  return null;
end $$;

-- Trigger arguments: columns that may change; states in which a row is final; columns that may change then.
create function guard_row() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare
  before_it constant jsonb := to_jsonb(old);
  after_it constant jsonb := to_jsonb(new);
  is_final constant boolean := before_it ->> 'state' = any (string_to_array(tg_argv[1], ','));
  allowed constant text[] := string_to_array(case when is_final then tg_argv[2] else tg_argv[0] end, ',');
  bad text;
begin
  if before_it = after_it then return new; end if;
  select string_agg(key, ', ' order by key) into bad
    from jsonb_each(after_it - allowed) a where a.value is distinct from before_it -> a.key;
  if bad is not null then
    raise exception '%.% is never changed%', tg_table_name, bad,
      case when is_final then ' once it is ' || (before_it ->> 'state') else '' end
      using errcode = 'restrict_violation', hint = 'What may change is listed where the table is given to protect_rows.';
  end if;
  return new;
end $$;

-- Records rows that were there before their table was protected, and those that only a new column with a value of its
-- own has made different. The migrations call it for every protected table.
create function adopt_rows(p_table regclass) returns void
  language plpgsql set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  told constant text[] := (
    select string_to_array(encode(t.tgargs, 'escape'), '\000')
      from pg_trigger t where t.tgrelid = p_table and t.tgname = 'evidence_insert' and t.tgnargs = 3);
begin
  if told is null then return; end if;
  perform pg_current_xact_id();
  execute format(
    'insert into evidence_entry (table_name, row_key, op, content, content_hash)
     select %1$L, k.row_key, ''adopt'', %2$s, evidence_hash(x.content)
       from %3$s n cross join lateral (select evidence_content(to_jsonb(n), %4$L) as content) x
       cross join lateral (select %5$s as row_key) k
       left join lateral (select e.content, e.content_hash from evidence_entry e
                           where e.table_name = %1$L and e.row_key = k.row_key order by e.seq desc limit 1) e on true
      where e.content_hash is null
         or (e.content_hash <> evidence_hash(x.content) and x.content @> e.content)
      order by k.row_key',
    p_table::text, case told[2] when 'content' then 'x.content' else 'null' end, p_table,
    string_to_array(told[3], ','),
    (select string_agg(format('n.%I::text', c), ' || ''|'' || ') from unnest(string_to_array(told[1], ',')) c));
end $$;

-- Protects a table: rows are not deleted, only the columns of p_may_change change (of a row in one of the states
-- p_final only those of p_may_change_final), and every creation and change is recorded. Columns of p_unwatched are left
-- out of the record: personal data and what changes all day. All of it holds for every role, also while
-- session_replication_role is set; a trigger that a superuser switches off is found by the proof.
create function protect_rows(p_table regclass, p_may_change text[] default '{}', p_final text[] default '{}',
    p_may_change_final text[] default '{}', p_unwatched text[] default '{}', p_keep text default 'content') returns void
  language plpgsql set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  key_columns constant text := (
    select string_agg(a.attname, ',' order by k.ordinal)
      from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality k (attnum, ordinal)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indrelid = p_table and i.indisprimary);
  -- They are empty before a row is written.
  generated constant text[] := array(
    select attname::text from pg_attribute where attrelid = p_table and attgenerated <> '' and not attisdropped);
  each text;
begin
  foreach each in array array['unchanging', 'evidence_keep', 'evidence_insert', 'evidence_update'] loop
    execute format('drop trigger if exists %I on %s', each, p_table);
  end loop;
  if cardinality(p_may_change) = 0 then
    execute format('create trigger evidence_keep before update or delete or truncate on %s
      for each statement execute function refuse_change()', p_table);
  else
    execute format('create trigger evidence_keep before delete or truncate on %s
      for each statement execute function refuse_change()', p_table);
    -- Its name comes after those of other guards, whose words are closer to the deed.
    execute format('create trigger unchanging before update on %s for each row execute function guard_row(%L, %L, %L)',
      p_table, array_to_string(p_may_change || generated, ','), array_to_string(p_final, ','),
      array_to_string(p_may_change_final || generated, ','));
    execute format('create trigger evidence_update after update on %s referencing old table as old_rows new table as new_rows
      for each statement execute function record_evidence(%L, %L, %L)', p_table, key_columns, p_keep,
      array_to_string(p_unwatched, ','));
    execute format('alter table %s enable always trigger unchanging', p_table);
    execute format('alter table %s enable always trigger evidence_update', p_table);
  end if;
  execute format('create trigger evidence_insert after insert on %s referencing new table as new_rows
    for each statement execute function record_evidence(%L, %L, %L)', p_table, key_columns, p_keep,
    array_to_string(p_unwatched, ','));
  execute format('alter table %s enable always trigger evidence_keep', p_table);
  execute format('alter table %s enable always trigger evidence_insert', p_table);
  perform adopt_rows(p_table);
end $$;

-- Legs are millions and written in batches, so a batch is one entry: the digest of each leg, in the order of their key.
create function leg_digest(l allocation_leg) returns bytea
  language sql immutable parallel safe set search_path = pg_catalog as $$
  select sha256(convert_to(concat_ws('|', l.payment_id, l.refund_ordinal, l.ordinal, l.tranche_no, l.program_id,
    l.merchant_id, l.party_id, l.agreement_id, l.amount_micros, l.short_micros,
    (extract(epoch from l.effective_at) * 1000000)::bigint, l.rule, l.step, l.step_kind, l.why), 'UTF8'))
$$;
create function record_legs() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into evidence_entry (table_name, row_key, op, actor_id, content_hash, batch_rows, batch_marks)
  select 'allocation_leg', (select n.payment_id || '|' || n.refund_ordinal from new_rows n
                             order by n.payment_id, n.refund_ordinal limit 1),
         'batch', scope_actor(), sha256(string_agg(d.digest, ''::bytea order by d.payment_id, d.refund_ordinal, d.ordinal)),
         count(*),
         string_agg(substring(d.digest from 1 for 4), ''::bytea order by d.payment_id, d.refund_ordinal, d.ordinal)
    from (select n.payment_id, n.refund_ordinal, n.ordinal, leg_digest(n) as digest from new_rows n) d
  having count(*) > 0;
  return null;
end $$;
create trigger evidence_keep before update or delete or truncate on allocation_leg
  for each statement execute function refuse_change();
create trigger evidence_insert after insert on allocation_leg referencing new table as new_rows
  for each statement execute function record_legs();
alter table allocation_leg enable always trigger evidence_keep;
alter table allocation_leg enable always trigger evidence_insert;

-- Batches as they stand now: all legs of one journal, in which their money moved.
create view leg_batch with (security_invoker = true) as
  select d.journal_id, count(*) as legs,
         sha256(string_agg(d.digest, ''::bytea order by d.payment_id, d.refund_ordinal, d.ordinal)) as content_hash,
         string_agg(substring(d.digest from 1 for 4), ''::bytea order by d.payment_id, d.refund_ordinal, d.ordinal) as marks
    from (select coalesce(r.allocation_journal_id, p.allocation_journal_id) as journal_id, leg_digest(l) as digest,
                 l.payment_id, l.refund_ordinal, l.ordinal
            from allocation_leg l
            left join payment p on p.id = l.payment_id and l.refund_ordinal = 0
            left join refund r on r.payment_id = l.payment_id and r.ordinal = l.refund_ordinal) d
   group by d.journal_id;
grant select on leg_batch to purse_app;
-- Those of before.
insert into evidence_entry (table_name, row_key, op, content_hash, batch_rows, batch_marks)
select 'allocation_leg', coalesce(journal_id::text, ''), 'batch', content_hash, legs, marks from leg_batch;

-- The tables. What is not listed as changing never changes.
select protect_rows('audit_entry', p_keep => 'hash');
select protect_rows('statement_line');
select protect_rows('run_guarantee');
select protect_rows('statement', '{state,report_sha256}');
select protect_rows('settlement_run', '{state,step,calculated_at,approved_by,approved_at,settled_at,payment_count,gross_micros,refunds_micros,payout_micros,stopped_by,revision}');
select protect_rows('payout',
  '{state,approved_by,approved_at,submitted_at,paid_at,failed_at,failure_reason,came_back_at,returned_run_id,take_back_id,bank_account_id,bank_label,amount_micros}',
  '{submitted,paid,failed,returned,cancelled}', '{state,paid_at,failed_at,failure_reason,came_back_at,returned_run_id,take_back_id}');
select protect_rows('payout_rule', '{minimum_micros,held,confirmation_id}');
select protect_rows('adjustment', '{settlement_run_id}');
select protect_rows('confirmation', '{confirmed_by,confirmed_in,confirmed_at,applied_at,outcome,ended_by,ended_at,reason}');
select protect_rows('authority_setting', '{value,confirmation_id,changed_at}');
select protect_rows('bank_account', '{state,approved_by}');
select protect_rows('agreement', '{state,terms,terms_sha256,effective_from,proposed_at,decided_at,governs_from}',
  '{proposed,approved,in_force,superseded,rejected}', '{state,proposed_at,decided_at,governs_from}');
select protect_rows('agreement_party', '{answer,answered_by,answered_at,reason}');
-- Who is a second person rests on these.
select protect_rows('membership', '{role,revoked_at}');
select protect_rows('invitation',
  '{token_hash,expires_at,delivery,released_by,released_at,accepted_at,accepted_by,accepted_ip,accepted_user_agent,revoked_at}',
  p_unwatched => '{email,token_hash,accepted_ip,accepted_user_agent}');
select protect_rows('role_grant', '{confirmed_by,confirmed_at,withdrawn_at,used_at}');
select protect_rows('app_user', '{email,name,last_sign_in_at,disabled_at,preferences}',
  p_unwatched => '{email,name,last_sign_in_at,preferences}');

-- The log itself is written by these functions and nobody changes it.
create trigger evidence_keep before update or delete or truncate on evidence_entry
  for each statement execute function refuse_change();
create trigger evidence_keep before update or delete or truncate on evidence_block
  for each statement execute function refuse_change();
alter table evidence_entry enable always trigger evidence_keep;
alter table evidence_block enable always trigger evidence_keep;

create function evidence_digests(p_after bigint, p_through bigint, p_limit integer)
  returns table (seq bigint, digest bytea)
  language sql stable set search_path = pg_catalog, public set jit = off as $$
  select e.seq, sha256(convert_to(concat_ws('|', e.seq, e.table_name, e.row_key, e.op,
      (extract(epoch from e.at) * 1000000)::bigint, coalesce(e.actor_id::text, ''), e.db_user,
      encode(e.content_hash, 'hex'), coalesce(e.batch_rows, 0),
      coalesce(encode(sha256(e.batch_marks), 'hex'), '')), 'UTF8'))
    from evidence_entry e where e.seq > p_after and e.seq <= p_through order by e.seq limit p_limit
$$;
create function evidence_block_hash(p_previous bytea, p_height bigint, p_first bigint, p_last bigint, p_digests bytea)
  returns bytea language sql immutable set search_path = pg_catalog as $$
  select sha256(p_previous || int8send(p_height) || int8send(p_first) || int8send(p_last) || p_digests)
$$;

-- Seals one more block of at most p_limit entries; gives its height, or null when nothing can be sealed yet. What a
-- number below the horizon has not shown by then is a gap for good (docs/adr/0011-sealing-behind-the-head.md).
create function seal_evidence(p_limit integer default 10000) returns bigint
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

-- Every sealed block hashed again from its entries; a row for each that is not as it was sealed.
create function check_evidence_blocks() returns table (height bigint, seq bigint, problem text)
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

-- Everything that guards the tables, as one document: triggers, policies, row-level security, rights of the
-- application's role, functions and constraints.
create function guard_catalogue() returns jsonb language sql stable set search_path = pg_catalog, public as $$
  with ours as (select oid, nspname from pg_namespace where nspname in ('public', 'ledger')),
  tables as (
    select c.oid, case n.nspname when 'public' then c.relname else n.nspname || '.' || c.relname end as name,
           c.relrowsecurity, c.relforcerowsecurity, c.relacl
      from pg_class c join ours n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v')),
  guards as (
    select 'trigger ' || t.tgname || ' of ' || c.name as name, t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid) as "is"
      from pg_trigger t join tables c on c.oid = t.tgrelid where not t.tgisinternal
    union all
    select 'foreign key ' || k.conname || ' of ' || c.name,
           pg_get_constraintdef(k.oid) || ' ' || coalesce((select string_agg(t.tgenabled::text, '' order by t.oid)
             from pg_trigger t where t.tgconstraint = k.oid and t.tgrelid = c.oid), '')
      from pg_constraint k join tables c on c.oid = k.conrelid where k.contype = 'f'
    union all
    select 'constraint ' || k.conname || ' of ' || c.name, pg_get_constraintdef(k.oid)
      from pg_constraint k join tables c on c.oid = k.conrelid where k.contype in ('c', 'u', 'p')
    union all
    select 'policy ' || p.polname || ' of ' || c.name, concat_ws(' ', p.polcmd::text, p.polpermissive, p.polroles::regrole[]::text,
             pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
      from pg_policy p join tables c on c.oid = p.polrelid
    union all
    select 'row-level security of ' || c.name, c.relrowsecurity || ' ' || c.relforcerowsecurity from tables c
    union all
    select 'rights of purse_app on ' || c.name, string_agg(a.privilege_type, ',' order by a.privilege_type)
      from tables c cross join lateral aclexplode(c.relacl) a
     where a.grantee in (0, 'purse_app'::regrole) group by c.name
    union all
    select 'rights of purse_app on ' || c.name || '.' || x.attname, string_agg(a.privilege_type, ',' order by a.privilege_type)
      from tables c join pg_attribute x on x.attrelid = c.oid cross join lateral aclexplode(x.attacl) a
     where a.grantee in (0, 'purse_app'::regrole) group by c.name, x.attname
    union all
    select 'function ' || p.oid::regprocedure::text,
           md5(pg_get_functiondef(p.oid)) || ' ' || coalesce((select string_agg(a.grantee::regrole::text, ',' order by a.grantee::regrole::text)
             from aclexplode(p.proacl) a where a.grantee in (0, 'purse_app'::regrole)), 'default')
      from pg_proc p join ours n on n.oid = p.pronamespace where p.prokind <> 'a')
  select jsonb_object_agg(name, "is") from guards
$$;

-- Called by the migrations when they have changed something; the proof compares with the newest.
create function record_guards() returns void language plpgsql set search_path = public, pg_temp as $$
declare
  present constant jsonb := guard_catalogue();
begin
  perform adopt_rows(t.tgrelid) from pg_trigger t where t.tgname = 'evidence_insert' and t.tgnargs = 3;
  perform pg_current_xact_id();
  insert into evidence_entry (table_name, row_key, op, content, content_hash)
  values ('catalogue', 'catalogue', 'catalogue', present, evidence_hash(present));
end $$;

revoke execute on function protect_rows(regclass, text[], text[], text[], text[], text), adopt_rows(regclass), record_guards(), seal_evidence(integer)
  from public;
grant execute on function seal_evidence(integer) to purse_app;
