/**
 * Slows a device down that tries tokens until one is known. A misread card now and then costs nothing; whoever guesses
 * soon gets no answer but "later", for known tokens too, since a refusal of the unknown ones alone would be an answer.
 */
import { noteUnknownInstruments } from "@/server/devices/service";
import type { Id } from "@/server/platform/ids";
import type { SystemScope } from "@/server/platform/scope";
import {
  UNKNOWN_INSTRUMENT_SECONDS,
  UNKNOWN_INSTRUMENTS_AT_ONCE,
  UNKNOWN_INSTRUMENTS_LONGEST_SECONDS,
} from "./constants";
import { Problem } from "./errors";

/** How far a device's moment may lie ahead before it has to wait. */
const ALLOWED_SECONDS = UNKNOWN_INSTRUMENTS_AT_ONCE * UNKNOWN_INSTRUMENT_SECONDS;

export class GuessingGuard {
  /** Until when a device waits, by this process's steady clock. */
  private readonly waiting = new Map<Id<"device">, number>();

  constructor(
    private readonly scope: SystemScope,
    private readonly note = noteUnknownInstruments,
    private readonly steadyNow = () => performance.now(),
  ) {}

  /** Throws while the device has to wait. */
  check(deviceId: Id<"device">): void {
    const until = this.waiting.get(deviceId);
    if (until === undefined) return;
    const left = until - this.steadyNow();
    if (left > 0) {
      throw new Problem("too_many_unknown_instruments", undefined, {
        retryAfterSeconds: Math.ceil(left / 1000),
      });
    }
    this.waiting.delete(deviceId);
  }

  /** Counts tokens that nobody knows; the same one twice in a batch is one. */
  async missed(deviceId: Id<"device">, tokens: readonly string[]): Promise<void> {
    const instruments = new Set(tokens).size;
    if (instruments === 0) return;
    const spent = await this.note(this.scope, deviceId, instruments, {
      secondsEach: UNKNOWN_INSTRUMENT_SECONDS,
      longestSeconds: ALLOWED_SECONDS + UNKNOWN_INSTRUMENTS_LONGEST_SECONDS,
    });
    const waitSeconds = spent - ALLOWED_SECONDS;
    if (waitSeconds > 0) this.waiting.set(deviceId, this.steadyNow() + waitSeconds * 1000);
  }
}
