alter table evidence_horizon enable row level security;
