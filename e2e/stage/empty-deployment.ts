/** A deployment without demo, started as a new user starts it, with a mailbox for everybody beside it or without mail. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

const root = join(import.meta.dirname, "../..");

export interface EmptyDeployment {
  webUrl: string;
  gatewayUrl: string;
  /** One for each founder, as the terminal shows them. */
  foundingLinks: string[];
  /** The newest mail to an address, or null while there is none. */
  mailTo: (email: string) => ParsedMail | null;
  /** What `npm run -s purse -- …` prints, and how it ends. */
  purse: (...args: string[]) => Promise<{ code: number | null; said: string }>;
  stop: () => Promise<void>;
}

export async function startEmptyDeployment(options: { mail: boolean }): Promise<EmptyDeployment> {
  const mailbox = options.mail ? await openMailbox() : null;
  const data = await mkdtemp(join(tmpdir(), "purse-empty-"));
  const port = await twoFreePorts();
  const env: NodeJS.ProcessEnv = { ...process.env, LOG_LEVEL: "warn" };
  for (const name of [
    "DATABASE_URL",
    "PURSE_OWNER_DATABASE_URL",
    "NODE_OPTIONS",
    "PURSE_MAIL_URL",
    "PURSE_MAIL_FROM",
  ])
    delete env[name];
  if (mailbox) Object.assign(env, { PURSE_MAIL_URL: mailbox.url, PURSE_MAIL_FROM: "purse@operator.example" });
  const started = run(
    process.execPath,
    ["scripts/start.mjs", "--no-demo", "--port", String(port), "--data", data],
    env,
  );
  const stop = async () => {
    started.child.kill("SIGTERM");
    await started.ended;
    await mailbox?.close();
    await rm(data, { recursive: true, force: true });
  };
  await Promise.race([started.saying("Ctrl-C stops everything"), started.ended]);
  if (started.child.exitCode !== null) {
    await stop();
    throw new Error(`The deployment did not start:\n${started.said()}`);
  }
  return {
    webUrl: `http://localhost:${port}`,
    gatewayUrl: `http://localhost:${port + 1}`,
    foundingLinks: started.said().match(/http:\S+\/first-operator\/\S+/g) ?? [],
    mailTo: (email) => mailbox?.newestTo(email) ?? null,
    purse: async (...args) => {
      const command = run("npm", ["run", "-s", "purse", "--", "--data", data, ...args], env);
      return { code: await command.ended, said: command.said() };
    },
    stop,
  };
}

interface Running {
  child: ChildProcess;
  said: () => string;
  saying: (words: string) => Promise<void>;
  ended: Promise<number | null>;
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let heard = () => {};
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      heard();
    });
  return {
    child,
    said: () => said,
    saying: (words) =>
      new Promise((resolve) => {
        heard = () => {
          if (said.includes(words)) resolve();
        };
        heard();
      }),
    ended: new Promise((resolve) => child.once("close", (code) => resolve(code))),
  };
}

/** The gateway listens beside the web application. */
async function twoFreePorts(): Promise<number> {
  for (;;) {
    const first = await hold(0);
    const { port } = first.address() as AddressInfo;
    const second = await hold(port + 1).catch(() => null);
    for (const held of [first, second])
      await new Promise((resolve) => (held ? held.close(resolve) : resolve(null)));
    if (second) return port;
  }
}

async function hold(port: number) {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => resolve());
  });
  return server;
}

/** Takes every message by SMTP and keeps the newest to each address. */
async function openMailbox() {
  const newest = new Map<string, ParsedMail>();
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onData: (stream, session, done) => {
      simpleParser(stream).then((mail) => {
        for (const { address } of session.envelope.rcptTo) newest.set(address, mail);
        done();
      }, done);
    },
  });
  const listening = server.listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => listening.once("listening", () => resolve()));
  const { port } = listening.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    newestTo: (email: string) => newest.get(email) ?? null,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
