import type { ResultCode } from "./constants";

/** A journal could not be posted: `code` says why, `index` and `transferId` which transfer. Nothing was posted. */
export class LedgerRefusal extends Error {
  constructor(
    readonly code: ResultCode,
    readonly index: number,
    readonly transferId: string,
    readonly results: readonly ResultCode[],
  ) {
    super(`Transfer ${transferId} (number ${index + 1} of ${results.length}) was refused: ${code}.`);
    this.name = "LedgerRefusal";
  }
}

/** An account exists under this id with other properties, or its properties cannot be. */
export class AccountRefusal extends Error {
  constructor(
    readonly code: string,
    readonly accountId: string,
  ) {
    super(`Account ${accountId} was refused: ${code}.`);
    this.name = "AccountRefusal";
  }
}
