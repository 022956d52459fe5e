grant select on _prisma_migrations to purse_app;
