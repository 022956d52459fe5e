/** A session ends after this long whatever its person does … */
export const SESSION_MAX_AGE_SECONDS = 14 * 24 * 60 * 60;
/** … and after this long without a request. */
export const SESSION_IDLE_SECONDS = 3 * 24 * 60 * 60;
/** `last_seen_at` is written at most this often. */
export const SESSION_TOUCH_SECONDS = 60;

export const INVITATION_DAYS = 7;
/** Founding links stand on a terminal, so they live shorter. */
export const FOUNDING_LINK_HOURS = 72;
/** A mailed link of a new password lives short; one that people hand over gives them a day. */
export const RESET_MAIL_HOURS = 1;
export const RESET_HANDED_HOURS = 24;
/** Mails for a new password in an hour: to one address, and asked for from one network. */
export const RESET_LIMIT_PER_EMAIL = 3;
export const RESET_LIMIT_PER_ADDRESS = 20;
/** Whatever takes two people needs two at the operator. */
export const FOUNDERS = 2;

export const SIGN_IN_WINDOW_SECONDS = 15 * 60;
/** Wrong present passwords of somebody who wants to change theirs, in a window. */
export const PASSWORD_CHANGE_LIMIT = 10;
/** How long an address in which somebody signed in counts as theirs. */
export const KNOWN_ADDRESS_DAYS = 90;
/** How long a browser keeps its lane of signing in. */
export const DEVICE_COOKIE_DAYS = 180;
/** Refused attempts from one address in a window; offices share addresses. */
export const SIGN_IN_LIMIT_PER_ADDRESS = 50;

export const PASSWORD_MIN_LENGTH = 10;
export const PASSWORD_MAX_LENGTH = 200;

export const ROLE_LABELS = {
  admin: "Admin",
  finance: "Finance",
  viewer: "Viewer",
  fraud_analyst: "Fraud analyst",
  device_manager: "Device manager",
  auditor: "Auditor",
} as const;

/** What a role is for, in the words of the invitation form. */
export const ROLE_DESCRIPTIONS = {
  merchant: {
    admin: "Everything, and who else may come in",
    finance: "Sees all money and makes refunds",
    viewer: "Sees all money, changes nothing",
  },
  agency: {
    admin: "Everything, and who else may come in",
    finance: "Sees all money and answers agreements",
    viewer: "Sees all money, changes nothing",
  },
  operator: {
    admin: "Everything",
    finance: "Settlement runs, payouts, agreements, ledger",
    fraud_analyst: "Decides flagged payments, keeps the rules",
    device_manager: "Registers, suspends and retires devices",
    auditor: "Sees everything, changes nothing",
  },
} as const;
