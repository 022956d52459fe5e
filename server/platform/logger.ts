import pino from "pino";
import { env } from "./env";

/** Structured logs on stderr; stdout belongs to the command line's answers. Secrets never reach a log line. */
export const logger = pino(
  {
    level: env.LOG_LEVEL,
    redact: {
      paths: [
        "password",
        "*.password",
        "*.passwordHash",
        "token",
        "*.token",
        "authorization",
        "*.authorization",
        "cookie",
        "*.cookie",
      ],
      censor: "[removed]",
    },
  },
  pino.destination(2),
);

export function loggerFor(part: string): pino.Logger {
  return logger.child({ part });
}
