import type { RepeatedJob } from "@/server/platform/jobs";
import { FORGET_JOB } from "./constants";
import { forgetTraffic } from "./service";

export const jobs: RepeatedJob[] = [{ name: FORGET_JOB, everyMs: 5 * 60_000, run: forgetTraffic }];
