/**
 * Mail that is sent reliably: a message is queued in the transaction that wants it and sent by the worker, which tries
 * again until the server takes it. A queued message holds no text: its template makes that when it is sent, so that
 * secrets of links are stored nowhere, and answers null when there is nothing to say any more.
 */
import nodemailer, { type Transporter } from "nodemailer";
import { v7 } from "uuid";
import { now } from "./clock";
import { type SqlTx, withScope } from "./db";
import { env } from "./env";
import { openRound } from "./job-items";
import type { RepeatedJob } from "./jobs";
import { loggerFor } from "./logger";
import { mintSystemScope } from "./scope";

const log = loggerFor("mail");
const scope = () => mintSystemScope("mail");
const JOB = "platform.send-mail";

export interface MailText {
  subject: string;
  text: string;
  html: string;
}

/** What a message says now, or null when it is not to be sent any more. */
export type MailTemplate = (subjectId: string) => Promise<MailText | null>;

export function mailIsConfigured(): boolean {
  return env.PURSE_MAIL_URL !== undefined;
}

export interface NewMail {
  template: string;
  recipient: string;
  /** The tenant that may see whether it was sent. */
  organisationId: string | null;
  /** What the template tells about. */
  subjectId: string;
}

export async function queueMail(tx: SqlTx, mail: NewMail): Promise<void> {
  await tx.query(
    `insert into mail_message (id, template, recipient, organisation_id, subject_id, created_at, next_attempt_at)
     values ($1, $2, $3, $4, $5, $6, $6)`,
    [v7(), mail.template, mail.recipient, mail.organisationId, mail.subjectId, now()],
  );
}

interface Claimed {
  id: string;
  template: string;
  recipient: string;
  subjectId: string;
  attempts: number;
}

/** Longer than an attempt can take: a worker that was killed while it sent leaves the message to the next. */
const LEASE_MS = 2 * 60_000;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 30 * 60_000;
const BATCH = 20;

/** Sends what is due, each message for itself. Answers whether there may be more. */
export async function sendWaitingMail(templates: Readonly<Record<string, MailTemplate>>): Promise<boolean> {
  if (!mailIsConfigured()) return false;
  const round = await openRound(JOB);
  const due = await withScope(scope(), (tx) => listDue(tx, round.waiting));
  for (const id of due) await round.attempt({ id, programId: null }, () => trySending(id, templates));
  return due.length === BATCH;
}

/** What the mail server says is noted at the message, which has a schedule of its own; anything else is a failed item. */
async function trySending(id: string, templates: Readonly<Record<string, MailTemplate>>): Promise<void> {
  const message = await withScope(scope(), (tx) => claim(tx, id));
  if (!message) return;
  try {
    await sendOne(message, templates[message.template]);
  } catch (error) {
    await noteFailure(message, error);
  }
}

async function listDue(tx: SqlTx, without: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from mail_message where next_attempt_at <= $1 and id <> all($3::uuid[])
      order by next_attempt_at limit $2`,
    [now(), BATCH, without],
  );
  return rows.map(({ id }) => id);
}

/** Null when another worker has it. */
async function claim(tx: SqlTx, id: string): Promise<Claimed | null> {
  const at = now();
  const { rows } = await tx.query<Claimed>(
    `update mail_message set attempts = attempts + 1, next_attempt_at = $2
     where id in (select id from mail_message where id = $3 and next_attempt_at <= $1 for update skip locked)
     returning id, template, recipient, subject_id as "subjectId", attempts`,
    [at, new Date(at.getTime() + LEASE_MS), id],
  );
  return rows[0] ?? null;
}

async function sendOne(message: Claimed, template: MailTemplate | undefined): Promise<void> {
  if (!template) throw new Error(`no template ${message.template}`);
  const said = await template(message.subjectId);
  if (said) await transport().sendMail({ from: env.PURSE_MAIL_FROM, to: message.recipient, ...said });
  await withScope(scope(), (tx) =>
    tx.query(
      `update mail_message set next_attempt_at = null, last_error = null, sent_at = $2 where id = $1`,
      [message.id, said ? now() : null],
    ),
  );
}

/** A mailbox that the server refuses for good is told to whoever wrote; everything else is tried again. */
async function noteFailure(message: Claimed, error: unknown): Promise<void> {
  const refused = isRefusedForGood(error);
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (message.attempts - 1));
  const at = now();
  log.warn({ err: error, mail: message.id, attempts: message.attempts, refused }, "a message was not sent");
  await withScope(scope(), (tx) =>
    tx.query(`update mail_message set next_attempt_at = $2, failed_at = $3, last_error = $4 where id = $1`, [
      message.id,
      refused ? null : new Date(at.getTime() + pause),
      refused ? at : null,
      (error instanceof Error ? error.message : String(error)).slice(0, 300),
    ]),
  );
}

function isRefusedForGood(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("code" in error) || error.code !== "EENVELOPE")
    return false;
  const answer = "responseCode" in error ? Number(error.responseCode) : 0;
  return answer >= 500 && answer < 600;
}

let known: { url: string; transporter: Transporter } | undefined;

function transport(): Transporter {
  const url = env.PURSE_MAIL_URL;
  if (!url) throw new Error("no mail server is configured");
  if (known?.url !== url) {
    known?.transporter.close();
    known = { url, transporter: nodemailer.createTransport(optionsOf(url)) };
  }
  return known.transporter;
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Beyond this machine mail travels encrypted or not at all. */
function optionsOf(url: string) {
  const { hostname, port, protocol, username, password } = new URL(url);
  const secure = protocol === "smtps:";
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port ? Number(port) : secure ? 465 : 587,
    secure,
    requireTLS: !secure && !LOOPBACK.has(hostname),
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** The worker's loop over all templates that domains have. */
export function mailJob(templates: Readonly<Record<string, MailTemplate>>): RepeatedJob {
  return { name: JOB, everyMs: 1_000, run: () => sendWaitingMail(templates) };
}
