import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { bytesOf, Wires } from "./wire";

let server: Server;
afterEach(() => server.close());

async function serve(listener: Parameters<typeof createServer>[1]): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const asking = (url: string, body: string) =>
  bytesOf({ method: "POST", url: `${url}/v1/things`, headers: { "x-number": body }, body });

test("each request gets its own answer, in pieces or whole, over as few connections as there are", async () => {
  const seen = new Set<unknown>();
  const url = await serve(async (request, response) => {
    seen.add(request.socket);
    let body = "";
    for await (const piece of request) body += piece;
    const answer = `${request.headers["x-number"]} ${body}`;
    response.writeHead(201, { "content-length": Buffer.byteLength(answer) });
    response.write(answer.slice(0, 2));
    await sleep(2);
    response.end(answer.slice(2));
  });
  const wires = await Wires.open(url, 3);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => wires.send(asking(url, `number ${n}`))),
  );
  expect(answers).toEqual(
    Array.from({ length: 20 }, (_, n) => ({ status: 201, body: `number ${n} number ${n}` })),
  );
  expect(seen.size).toBe(3);
  wires.close();
});

test("a connection that is cut and an answer without a length are failures", async () => {
  const url = await serve((request, response) => {
    if (request.headers["x-number"] === "cut") request.socket.destroy();
    else {
      response.write("in");
      response.end(" chunks");
    }
  });
  const wires = await Wires.open(url, 2);
  await expect(wires.send(asking(url, "cut"))).rejects.toThrow(/closed/);
  await expect(wires.send(asking(url, "chunked"))).rejects.toThrow(/length/);
  wires.close();
});
