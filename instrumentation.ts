/** Runs once when the web application starts, before it answers anything. */
export async function register(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: Next puts it in place of the expression, and leaves this out of other runtimes.
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { refuseUnsafeLogin, refuseWeakSecret } = await import("@/server/platform/boot");
  try {
    refuseWeakSecret();
    await refuseUnsafeLogin();
  } catch (error) {
    // Next would say that it is not prepared and live on.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
