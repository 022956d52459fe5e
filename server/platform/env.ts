/** The one place that reads the process environment. Everything else imports `env`. */
import { z } from "zod";

const emptyIsUnset = (value: unknown) => (value === "" ? undefined : value);

const variables = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
  /**
   * Connection string of the server that holds the data, with a login that owns nothing; `npm start` fills it in for
   * the embedded server, and makes such a login when it is given the owner of a server of yours.
   */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** The owner of the tables, for migrations and `purse ledger replay`; no serving process gets it. */
  PURSE_OWNER_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Largest number of connections that one process opens. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
  /** Public address of the web application, without a trailing slash. */
  PURSE_WEB_URL: z.url().default("http://localhost:3000"),
  /** How many proxies of ours a request to the web application passes; so many entries of x-forwarded-for are true. */
  PURSE_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /** Where devices reach the gateway; it is part of what they sign. */
  PURSE_GATEWAY_URL: z.url().default("http://localhost:3001"),
  PURSE_GATEWAY_PORT: z.coerce.number().int().min(0).max(65535).default(3001),
  PURSE_GATEWAY_HOST: z.string().default("127.0.0.1"),
  /** Key that signs the session cookie's token; `npm start` creates one per data folder. */
  NEXTAUTH_SECRET: z.string().min(16),
  /** "1" shows the banner that the data are made up and the demo sign-ins. */
  PURSE_DEMO: z.enum(["0", "1"]).default("0"),
  /** Folder of this installation, when it has one: the simulator finds its devices' keys there. */
  PURSE_DATA_DIR: z.string().optional(),
  /** Where the person stood who typed a command; files are named from there. */
  PURSE_CWD: z.string().optional(),
  /** Mail server that invitations go out by: smtps://user:password@host or smtp://…; without it links need a release. */
  PURSE_MAIL_URL: z.preprocess(emptyIsUnset, z.url({ protocol: /^smtps?$/ }).optional()),
  /** Sender of mail, such as "Common Purse <no-reply@example.org>". */
  PURSE_MAIL_FROM: z.preprocess(
    emptyIsUnset,
    z
      .string()
      .regex(/[^\s@<]+@[^\s@>]+/, "names no e-mail address")
      .optional(),
  ),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

const schema = variables.refine((all) => !all.PURSE_MAIL_URL || all.PURSE_MAIL_FROM, {
  path: ["PURSE_MAIL_FROM"],
  message: "is needed with PURSE_MAIL_URL",
});

export type Env = z.infer<typeof schema>;

export class EnvError extends Error {}

/** Validates raw variables; throws `EnvError` with one line per variable that is missing or malformed. */
export function readEnv(raw: Record<string, string | undefined>): Env {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new EnvError(`The environment is not usable:\n  ${lines.join("\n  ")}\nSee .env.example.`);
}

let cached: Env | undefined;

/** For tests alone, which point DATABASE_URL at a database of their own after modules were loaded. */
export function forgetEnv(): void {
  cached = undefined;
}

/** Read on first use, so that importing a module never fails for want of a variable that it does not need. */
export const env: Env = new Proxy({} as Env, {
  get(_target, name) {
    cached ??= readEnv(process.env);
    return cached[name as keyof Env];
  },
});
