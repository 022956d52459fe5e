import type { ProofFinding } from "./schema";

/** What one check found: how many contradictions, the first of them, and what is merely worth a look. */
export interface Found {
  broken: number;
  findings: ProofFinding[];
  notices?: ProofFinding[];
}
