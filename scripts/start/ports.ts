import { createServer } from "node:net";
import { Failure } from "./failure";

async function isFree(port: number, host: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) =>
      // A machine without IPv6 cannot have its port taken there.
      resolve("code" in error && (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT")),
    );
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** `what` is the part that wants the port, for the sentence. */
export async function demandFreePort(port: number, what: string): Promise<void> {
  if ((await isFree(port, "127.0.0.1")) && (await isFree(port, "::1"))) return;
  throw new Failure(
    `Port ${port}, which ${what} wants, is taken or not allowed. End the program that uses it, or choose another: npm start -- --port ${port < 60_000 ? port + 100 : 3000}`,
  );
}
