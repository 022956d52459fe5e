import type { RepeatedJob } from "@/server/platform/jobs";
import { mintSystemScope } from "@/server/platform/scope";
import { forgetTraffic } from "./service";

export const jobs: RepeatedJob[] = [
  {
    name: "devices.forget_traffic",
    everyMs: 5 * 60_000,
    run: async () => {
      await forgetTraffic(mintSystemScope("clean-up"));
    },
  },
];
