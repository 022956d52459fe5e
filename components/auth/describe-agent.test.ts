import { expect, test } from "vitest";
import { describeAgent } from "./describe-agent";

test.each([
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
    "Edge on Windows",
    false,
  ],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux", false],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
    "Safari on iOS",
    true,
  ],
  ["curl/8.5.0", "curl/8.5.0", false],
  [null, "Unknown device", false],
])("a person recognises %j as %j", (agent, label, phone) => {
  expect(describeAgent(agent)).toEqual({ label, phone });
});
