/**
 * Work that keeps the processor busy, a few pieces a turn of the event loop. Requests come in bursts, because a group's
 * answers leave together; checked all at once, their signatures would keep the next answer of the database waiting, and
 * the database idle.
 */
export class TurnQueue {
  private readonly waiting: (() => void)[] = [];
  private scheduled = false;

  constructor(private readonly piecesATurn: number) {}

  /** Resolves when it is the caller's turn, in the order of asking. */
  take(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(this.run);
    });
  }

  private readonly run = (): void => {
    for (const resolve of this.waiting.splice(0, this.piecesATurn)) resolve();
    if (this.waiting.length > 0) setImmediate(this.run);
    else this.scheduled = false;
  };
}
