/** Runs a script of ours to its end in a process of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { Failure } from "./failure";

export async function runOnce(
  root: string,
  script: string,
  env: Record<string, string>,
  onMessage: (message: string) => void = () => {},
): Promise<string> {
  const child = spawn(
    process.execPath,
    ["--import", join(root, "scripts/start/leave-with-parent.mjs"), "--import", "tsx", join(root, script)],
    { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe", "ipc"] },
  );
  let output = "";
  let errors = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-6_000);
  });
  child.on("message", (message) => onMessage(String(message)));
  const endWithUs = () => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const code = await new Promise<number>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", (how) => resolve(how ?? 1));
  });
  process.off("exit", endWithUs);
  if (code !== 0) throw new Failure(`${script} failed:\n${errors.trim()}`);
  return output.trim();
}
