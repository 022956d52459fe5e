/**
 * Stands between gateway and database and, now and then, cuts a connection just after what commits went to the server:
 * a COMMIT, or the one call that commits a group of authorisations by itself.
 */
import { connect, createServer, type Socket } from "node:net";

export interface Cutter {
  port: number;
  /** How many were cut after a COMMIT, and how many after an authorisation's call. */
  cuts: () => { commits: number; calls: number };
  close: () => Promise<void>;
}

/** A simple-protocol query message (Q) whose text is `commit`. */
const COMMIT = Buffer.from("Q\0\0\0\x0bcommit\0", "latin1");

/** The prepared statement of server/payments/repository/commit-authorisations.ts, in a Bind; a Sync ends the message. */
const CALL = Buffer.from("\0authorisation.commit\0", "latin1");
const SYNC = Buffer.from("S\0\0\0\x04", "latin1");

/** What of a chunk commits, once it is sent in whole. */
function commits(chunk: Buffer): "commits" | "calls" | null {
  if (chunk.includes(COMMIT)) return "commits";
  return chunk.includes(CALL) && chunk.subarray(-SYNC.length).equals(SYNC) ? "calls" : null;
}

export async function cutAfterCommit(databasePort: number, share: number): Promise<Cutter> {
  const cuts = { commits: 0, calls: 0 };
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
      const kind = commits(chunk);
      if (!deaf && kind && Math.random() < share) {
        // The server gets it and does it; the client never hears.
        deaf = true;
        cuts[kind]++;
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
    cuts: () => ({ ...cuts }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
