/** Stands between gateway and database and, now and then, cuts a connection just after COMMIT went to the server. */
import { connect, createServer, type Socket } from "node:net";

export interface Cutter {
  port: number;
  cuts: () => number;
  close: () => Promise<void>;
}

/** A simple-protocol query message (Q) whose text is `commit`. */
const COMMIT = Buffer.from("Q\0\0\0\x0bcommit\0", "latin1");

export async function cutAfterCommit(databasePort: number, share: number): Promise<Cutter> {
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(databasePort, "127.0.0.1");
    let deaf = false;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        if (!deaf) upstream.destroy();
      });
      socket.on("error", () => {});
    }
    client.on("data", (chunk) => {
      upstream.write(chunk);
      if (!deaf && chunk.includes(COMMIT) && Math.random() < share) {
        // The server gets the COMMIT and does it; the client never hears.
        deaf = true;
        cuts++;
        setTimeout(() => client.destroy(), 2);
        setTimeout(() => upstream.destroy(), 200);
      }
    });
    upstream.on("data", (chunk) => {
      if (!deaf) client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (!address || typeof address !== "object") throw new Error("no port");
  return {
    port: address.port,
    cuts: () => cuts,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
