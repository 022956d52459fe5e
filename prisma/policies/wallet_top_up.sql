grant select, insert on wallet_top_up to purse_app;
alter table wallet_top_up enable row level security;

create policy wallet_top_up_all on wallet_top_up for all to purse_app using ((select scope_is_platform()));
