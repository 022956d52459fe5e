/**
 * HTTP/1.1 over kept connections with as little work as can be: devices are other machines, and what they cost here
 * should not be what is measured. Requests are bytes made beforehand; answers must say their length.
 */
import { connect, type Socket } from "node:net";

export interface WireAnswer {
  status: number;
  body: string;
}

export interface WireRequest {
  method: "GET" | "POST";
  /** Absolute. */
  url: string;
  headers: Record<string, string>;
  body: string;
}

export function bytesOf({ method, url, headers, body }: WireRequest): Buffer {
  const { host, pathname } = new URL(url);
  const fields = Object.entries({ host, ...headers, "content-length": String(Buffer.byteLength(body)) });
  const lines = [`${method} ${pathname} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

interface Asking {
  resolve: (answer: WireAnswer) => void;
  reject: (error: unknown) => void;
}

class Wire {
  private received = "";
  private asking: Asking | undefined;

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (text: string) => this.read(text));
    const broken = (error?: unknown) => this.asking?.reject(error ?? new Error("A connection was closed."));
    socket.on("error", broken).on("close", () => broken());
  }

  send(request: Uint8Array): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      this.asking = { resolve, reject };
      this.socket.write(request);
    });
  }

  end(): void {
    this.asking = undefined;
    this.socket.destroy();
  }

  private read(text: string): void {
    this.received += text;
    const headers = this.received.indexOf("\r\n\r\n");
    if (headers < 0) return;
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(this.received.slice(0, headers + 2))?.[1];
    if (length === undefined) {
      this.asking?.reject(new Error("An answer does not say its length."));
      return;
    }
    const end = headers + 4 + Number(length);
    if (this.received.length < end) return;
    const answer = {
      status: Number(this.received.slice(9, 12)),
      body: this.received.slice(headers + 4, end),
    };
    this.received = this.received.slice(end);
    this.asking?.resolve(answer);
  }
}

/** So many connections; a request takes the one that was free last, or waits for the next that is. */
export class Wires {
  private readonly waiting: ((wire: Wire) => void)[] = [];
  private constructor(
    private readonly all: readonly Wire[],
    private readonly free: Wire[],
  ) {}

  static async open(url: string, connections: number): Promise<Wires> {
    const { hostname, port } = new URL(url);
    const all = await Promise.all(
      Array.from(
        { length: connections },
        () =>
          new Promise<Wire>((resolve, reject) => {
            const socket = connect({ host: hostname, port: Number(port) });
            socket.once("error", reject);
            socket.once("connect", () => {
              socket.off("error", reject);
              resolve(new Wire(socket));
            });
          }),
      ),
    );
    return new Wires(all, [...all]);
  }

  async send(request: Uint8Array): Promise<WireAnswer> {
    const wire = this.free.pop() ?? (await new Promise<Wire>((resolve) => this.waiting.push(resolve)));
    const answer = await wire.send(request);
    const next = this.waiting.shift();
    if (next) next(wire);
    else this.free.push(wire);
    return answer;
  }

  close(): void {
    for (const wire of this.all) wire.end();
  }
}
