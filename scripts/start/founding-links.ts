/** Writes the one-time links of the founders that a platform still lacks on its standard output, one a line. */
import { listFoundingLinks } from "@/server/identity/service/founding";
import { closePool } from "@/server/platform/db";

for (const { seat, url } of await listFoundingLinks()) console.log(`${seat} ${url}`);
await closePool();
