/** What an agreement must be: the form of its parts, and that no payment could leave money unassigned. */
import type { z } from "zod";
import { findTermIssues } from "./rules";
import { type AgreementTerms, agreementFileShape, agreementShape } from "./shape";

function withTermIssues(value: AgreementTerms, ctx: z.RefinementCtx): void {
  // Zod comes here although a field was refused; what follows reads rates and amounts that must be sound.
  if (ctx.issues.length > 0) return;
  for (const { code, path, message } of findTermIssues(value)) {
    ctx.addIssue({ code: "custom", path, message, params: { code } });
  }
}

/** A version of a program's agreement, as it is drafted and stored. */
export const agreementSchema = agreementShape.superRefine(withTermIssues);

/** The same in a file for the command line, where program and date may be left out. */
export const agreementFileSchema = agreementFileShape.superRefine(withTermIssues);
