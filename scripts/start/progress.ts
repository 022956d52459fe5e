/** What happens during the start, one line a step, with the time that it took. */

const REDRAW_MS = 500;
const REPEAT_MS = 10_000;

export interface Step {
  /** Says how far it is: "12 of 30 days". */
  update: (detail: string) => void;
}

export class Progress {
  private running = new Map<string, { began: number; detail: string }>();
  private timer: NodeJS.Timeout | undefined;
  private drawn = 0;
  private closed = false;
  private readonly terminal = process.stdout.isTTY === true;
  private lastRepeat = Date.now();

  say(sentence: string): void {
    this.erase();
    process.stdout.write(`${sentence}\n`);
    this.draw();
  }

  async step<T>(name: string, work: (step: Step) => Promise<T>): Promise<T> {
    const state = { began: Date.now(), detail: "" };
    this.running.set(name, state);
    this.timer ??= setInterval(() => this.tick(), REDRAW_MS);
    this.draw();
    try {
      const value = await work({
        update: (detail) => {
          state.detail = detail;
        },
      });
      this.finish(name, `  ✓ ${name.padEnd(36)} ${seconds(state.began)}`);
      return value;
    } catch (error) {
      this.finish(name, `  ✗ ${name}`);
      throw error;
    }
  }

  /** Nothing more is shown but what is said. */
  close(): void {
    this.erase();
    clearInterval(this.timer);
    this.running.clear();
    this.closed = true;
  }

  private finish(name: string, line: string): void {
    if (this.closed) return;
    this.erase();
    this.running.delete(name);
    process.stdout.write(`${line}\n`);
    if (this.running.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    } else this.draw();
  }

  private lines(): string[] {
    return [...this.running].map(
      ([name, { began, detail }]) => `  … ${name.padEnd(36)} ${seconds(began)}${detail ? `  ${detail}` : ""}`,
    );
  }

  private tick(): void {
    if (this.terminal) {
      this.erase();
      this.draw();
    } else if (Date.now() - this.lastRepeat > REPEAT_MS) {
      this.lastRepeat = Date.now();
      for (const line of this.lines()) process.stdout.write(`${line}\n`);
    }
  }

  private draw(): void {
    if (!this.terminal || this.drawn > 0) return;
    const lines = this.lines();
    for (const line of lines) process.stdout.write(`${line.slice(0, (process.stdout.columns ?? 80) - 1)}\n`);
    this.drawn = lines.length;
  }

  private erase(): void {
    if (!this.terminal || this.drawn === 0) return;
    process.stdout.write(`\u001b[${this.drawn}A\u001b[J`);
    this.drawn = 0;
  }
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
