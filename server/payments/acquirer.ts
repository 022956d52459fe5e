/**
 * The acquirer: who charges card tokens. Payments know only this interface; the sandbox behind it answers by the
 * token's suffix, so that every refusal can be tried.
 */
import type { DeclineReason } from "./constants";

export interface AcquirerRequest {
  /** The same reference again gets the same answer and charges nothing more. */
  reference: string;
  token: string;
  amountMicros: bigint;
  currency: string;
}

export type AcquirerAnswer = { ok: true } | { ok: false; reason: DeclineReason };

export interface Acquirer {
  /** Whether the token is one of this acquirer's, so that a card may pay the first time it is seen. */
  recognises(token: string): boolean;
  /** How the card is shown: "···· 4411". */
  labelOf(token: string): string;
  authorise(request: AcquirerRequest): Promise<AcquirerAnswer>;
}

const SANDBOX_TOKEN = /^tok_[a-z0-9_]{4,60}$/;

/** Tokens with these endings are refused; any other token of the form `tok_…` pays. */
export const SANDBOX_REFUSALS = {
  _expired: "card_expired",
  _funds: "insufficient_funds",
  _refused: "acquirer_refused",
  _stolen: "card_stolen",
} as const satisfies Record<`_${string}`, DeclineReason>;

export const sandboxAcquirer: Acquirer = {
  recognises: (token) => SANDBOX_TOKEN.test(token),
  labelOf: (token) => `···· ${token.slice(-4)}`,
  async authorise({ token }) {
    for (const [suffix, reason] of Object.entries(SANDBOX_REFUSALS)) {
      if (token.endsWith(suffix)) return { ok: false, reason };
    }
    return { ok: true };
  },
};
