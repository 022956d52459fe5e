import { z } from "zod";
import { publicId } from "@/server/platform/ids";
import { plainText } from "@/server/platform/text";
import { CASE_STATES } from "./constants";

const points = z.number().int().min(0).max(100);

/** A program's policy: when a score is reviewed or declined, and how signals turn into points. */
export const fraudTermsSchema = z
  .object({
    reviewAt: z.number().int().min(1).max(100).default(50),
    declineAt: z.number().int().min(1).max(101).default(90),
    /** Time that reviewers have; afterwards the policy declines and the payer's money is released. */
    reviewMinutes: z.number().int().min(1).max(10_080).default(240),
    basePoints: points.default(2),
    velocity: z
      .object({
        windowMinutes: z.number().int().min(1).max(1_440).default(10),
        /** Payments within the window that raise nothing, the one under judgement included. */
        freePayments: z.number().int().min(1).max(1_000).default(3),
        pointsEach: points.default(16),
        maxPoints: points.default(64),
      })
      .prefault({}),
    amount: z
      .object({
        /** A habit learned from fewer payments than this is no habit. */
        minObservations: z.number().int().min(2).default(30),
        /** Standard deviations of the logarithm above the mean that raise nothing. */
        freeDeviations: z.number().min(0).max(20).default(3),
        pointsPerDeviation: points.default(18),
        maxPoints: points.default(54),
      })
      .prefault({}),
    travel: z
      .object({
        /** Faster than any journey within a city and its surroundings. */
        plausibleKmh: z.number().min(1).max(10_000).default(160),
        pointsAtLimit: points.default(40),
        pointsPerDoubling: points.default(12),
        maxPoints: points.default(76),
      })
      .prefault({}),
  })
  .refine((terms) => terms.declineAt > terms.reviewAt, {
    message: "must be above reviewAt",
    path: ["declineAt"],
  });

export type FraudTerms = z.infer<typeof fraudTermsSchema>;

/** What a program that set nothing goes by. */
export const DEFAULT_TERMS: FraudTerms = fraudTermsSchema.parse({});

export const caseListSchema = z.object({
  programId: publicId("program").optional(),
  states: z.array(z.enum(CASE_STATES)).min(1).optional(),
  sort: z.enum(["expected_loss", "time_left"]).default("expected_loss"),
  mine: z.boolean().default(false),
  cursor: z.string().max(200).nullish(),
  limit: z.number().int().min(1).max(100).default(25),
});

export const caseIdSchema = z.object({ caseId: publicId("case") });
const noteText = plainText(1, 4_000);
export const caseNoteSchema = caseIdSchema.extend({ text: noteText });
export const escalateSchema = caseIdSchema.extend({ note: noteText.optional() });
export const policySchema = z.object({ programId: publicId("program"), terms: fraudTermsSchema });
