/** Forms and inputs of identity, checked alike in the browser and on the server. */
import { z } from "zod";
import { CURRENCIES } from "@/server/platform/money";
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from "./constants";
import { ORGANISATION_KINDS, ROLES } from "./permissions";

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, "This e-mail address is too long.")
  .pipe(z.email("Enter an e-mail address such as name@example.org."));

export const nameSchema = z
  .string()
  .trim()
  .min(1, "Enter a name.")
  .max(120, "Use at most 120 characters.")
  // Control and direction characters make one name look like another.
  .regex(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u, "Leave out control characters.");

export const slugSchema = z
  .string()
  .trim()
  .min(2, "Use at least 2 characters.")
  .max(60, "Use at most 60 characters.")
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "Use lower-case letters, digits and single hyphens.");

export const passwordSchema = z
  .string()
  .min(
    PASSWORD_MIN_LENGTH,
    `Use at least ${PASSWORD_MIN_LENGTH} characters. Several words are a good choice.`,
  )
  .max(PASSWORD_MAX_LENGTH, `Use at most ${PASSWORD_MAX_LENGTH} characters.`);

export const roleSchema = z.enum(ROLES);
export const organisationKindSchema = z.enum(ORGANISATION_KINDS);

export const timeZoneSchema = z.string().refine((zone) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone.includes("/") || zone === "UTC";
  } catch {
    return false;
  }
}, "Name an IANA time zone such as Europe/Oslo.");

/** When a program's periods close and money leaves; `settlement` reads it. */
export const calendarSchema = z
  .object({
    every: z.enum(["day", "week", "month"]),
    /** Day of the week (1 Monday to 7) or of the month (29 to 31: the last); not used for daily closing. */
    day: z.number().int().min(1).max(31).optional(),
    cutOff: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Use a time such as 22:00."),
    payoutDelayBusinessDays: z.number().int().min(0).max(30),
  })
  .refine((calendar) => calendar.every !== "week" || (calendar.day ?? 1) <= 7, {
    message: "A week has the days 1 to 7.",
    path: ["day"],
  });
export type Calendar = z.infer<typeof calendarSchema>;

export const createOrganisationSchema = z.object({
  kind: organisationKindSchema,
  name: nameSchema,
  slug: slugSchema,
});

export const createProgramSchema = z.object({
  name: nameSchema,
  slug: slugSchema,
  currency: z.enum(CURRENCIES),
  timeZone: timeZoneSchema,
  calendar: calendarSchema,
});

export const inviteSchema = z.object({ email: emailSchema, role: roleSchema });

export const signInSchema = z.object({
  email: emailSchema,
  password: z.string().min(1, "Enter your password.").max(PASSWORD_MAX_LENGTH),
});

/** What whoever invited tells, where no mail carries the link. */
export const codeSchema = z.string().trim().min(1, "Enter the code that you were told.").max(40);

export const acceptInvitationSchema = z.object({
  name: nameSchema,
  password: passwordSchema,
  code: codeSchema.optional(),
});
export const forgottenPasswordSchema = z.object({ email: emailSchema });
export const newPasswordSchema = z.object({ password: passwordSchema, code: codeSchema.optional() });
export const newPasswordWithCodeSchema = newPasswordSchema.extend({ code: codeSchema });
export const acceptWithCodeSchema = acceptInvitationSchema.extend({ code: codeSchema });

export const secondFounderSchema = acceptInvitationSchema.omit({ code: true }).extend({ email: emailSchema });
export const firstFounderSchema = secondFounderSchema.extend({ organisationName: nameSchema });

export const changePasswordSchema = z.object({
  current: z.string().min(1, "Enter your present password.").max(PASSWORD_MAX_LENGTH),
  next: passwordSchema,
});

/** What a person has chosen for themselves; unknown keys of older versions are dropped. */
export const preferencesSchema = z.object({
  /** Shortcuts of one letter in queues and tables. */
  singleKeyShortcuts: z.boolean().default(true),
  density: z.enum(["comfortable", "compact"]).default("comfortable"),
});
export type Preferences = z.infer<typeof preferencesSchema>;
