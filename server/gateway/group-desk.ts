/** Work in groups: requests that arrive while one group is under way share the next transaction and its commit. */

export interface GroupOptions {
  largestGroup: number;
  groupsAtOnce: number;
  /**
   * A group starts no sooner than so many milliseconds after the one before it, and not while `behind` has one under
   * way, unless `enough` requests wait. Whoever comes after a pause waits for nobody; in steady traffic groups cost their
   * fixed price less often, and the slower the machine, the more of them share it.
   */
  pace?: { ms: number; enough: number; behind?: GroupsUnderWay };
  /** Failures that are nobody's fault in particular: the whole group gets them. Of others only the culprit does. */
  failsTogether: (error: unknown) => boolean;
}

/** Of another desk, as one sees it that works behind it. */
export interface GroupsUnderWay {
  readonly busy: boolean;
  /** Hears of each group that has ended. */
  onEnd(listener: () => void): void;
}

interface Waiting<Request, Answer> {
  request: Request;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

export class GroupDesk<Request, Answer> implements GroupsUnderWay {
  private readonly endListeners: (() => void)[] = [];
  private readonly waiting: Waiting<Request, Answer>[] = [];
  private running = 0;
  private lastStart = Number.NEGATIVE_INFINITY;
  private paced = false;
  private scheduled = false;

  constructor(
    /** Answers in the order of the requests; all or nothing when it throws. */
    private readonly work: (requests: Request[]) => Promise<readonly Answer[]>,
    private readonly options: GroupOptions,
  ) {
    options.pace?.behind?.onEnd(() => this.start());
  }

  /** Requests that no group has taken up yet. */
  get length(): number {
    return this.waiting.length;
  }

  get busy(): boolean {
    return this.running > 0;
  }

  onEnd(listener: () => void): void {
    this.endListeners.push(listener);
  }

  ask(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      // One turn of the event loop gathers what arrived together; an idle desk makes nobody wait longer.
      setImmediate(() => {
        this.scheduled = false;
        this.start();
      });
    });
  }

  private start(): void {
    while (this.waiting.length > 0 && this.running < this.options.groupsAtOnce) {
      if (this.waitsForMore()) return;
      this.lastStart = performance.now();
      const group = this.waiting.splice(0, this.options.largestGroup);
      this.running++;
      void this.serve(group, () => {
        this.running--;
        this.start();
        for (const listener of this.endListeners) listener();
      });
    }
  }

  private waitsForMore(): boolean {
    const { pace } = this.options;
    if (!pace || this.waiting.length >= pace.enough) return false;
    if (pace.behind?.busy) return true;
    const left = this.lastStart + pace.ms - performance.now();
    if (left <= 0) return false;
    if (!this.paced) {
      this.paced = true;
      setTimeout(() => {
        this.paced = false;
        this.start();
      }, Math.ceil(left));
    }
    return true;
  }

  /** `ended` is called once, before anybody has an answer: the next group is on its way while this one's are read. */
  private async serve(group: Waiting<Request, Answer>[], ended: () => void): Promise<void> {
    let answers: readonly Answer[];
    try {
      answers = await this.work(group.map(({ request }) => request));
    } catch (error) {
      // Where the outcome is unknown, because the connection broke, only the one who asked may ask again: a second
      // try from here would meet its own traces. Where the group was undone, each request is tried alone.
      if (group.length > 1 && !this.options.failsTogether(error)) {
        for (const one of group) await this.serve([one], () => {});
        ended();
        return;
      }
      ended();
      for (const { reject } of group) reject(error);
      return;
    }
    ended();
    for (const [index, { resolve, reject }] of group.entries()) {
      const answer = answers[index];
      if (answer === undefined) reject(new Error("A group was answered with fewer answers than requests."));
      else resolve(answer);
    }
  }
}
