import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDataFolder, readSecrets } from "./data-folder";

test("nobody but its owner reads what lies in the data folder", async () => {
  const folder = join(await mkdtemp(join(tmpdir(), "purse-data-")), "data");
  try {
    await mkdir(join(folder, "logs"), { recursive: true, mode: 0o755 });
    await writeFile(join(folder, "logs/web.log"), "an early line", { mode: 0o644 });
    await writeFile(join(folder, "simulator.json"), "{}", { mode: 0o644 });
    await openDataFolder(folder);
    await readSecrets(folder);
    const entries = await readdir(folder, { recursive: true });
    expect(entries.length).toBeGreaterThan(3);
    for (const entry of entries) {
      const { mode } = await stat(join(folder, entry));
      expect(mode & 0o077, entry).toBe(0);
    }
    // Others may pass through to the database's own folder where root starts it, and list nothing.
    expect((await stat(folder)).mode & 0o066).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
