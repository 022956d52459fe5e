// Loaded into every child process: when the process that started us is gone, its channel closes and we end too.
process.channel?.unref();
process.once("disconnect", () => {
  setTimeout(() => process.exit(1), 5_000).unref();
  process.kill(process.pid, "SIGTERM");
});
