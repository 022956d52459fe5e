import { z } from "zod";
import { AppError } from "@/server/platform/errors";
import { publicId, toPublicId } from "@/server/platform/ids";
import type { Scope } from "@/server/platform/scope";
import type { OrganisationKind } from "../permissions";
import { commonProcedure, operatorProcedure, router } from "../procedures";
import { createProgramSchema, slugSchema } from "../schema";
import {
  addPartyToProgram,
  createProgram,
  findProgramBySlug,
  listProgramParties,
  listPrograms,
} from "../service";
import { organisationOut, presentOrganisation, presentProgram, programOut } from "./presentation";

const listItemOut = programOut.extend({ merchantCount: z.number(), agencyCount: z.number() });
const listOut = z.object({ items: z.array(listItemOut) });
const partyOut = organisationOut.extend({ joinedAt: z.string() });
const detailOut = programOut.extend({ parties: z.array(partyOut) });

async function presentList(scope: Scope): Promise<z.infer<typeof listOut>> {
  const programs = await listPrograms(scope);
  return {
    items: programs.map((program) => ({
      ...presentProgram(program),
      merchantCount: program.merchantCount,
      agencyCount: program.agencyCount,
    })),
  };
}

async function presentDetail(scope: Scope, slug: string): Promise<z.infer<typeof detailOut>> {
  const program = await findProgramBySlug(scope, slug);
  if (!program)
    throw new AppError("not_found", "program_not_found", "There is no such program, or you may not see it.");
  const parties = await listProgramParties(scope, program.id);
  return {
    ...presentProgram(program),
    parties: parties.map((party) => ({
      ...presentOrganisation(party),
      joinedAt: party.joinedAt.toISOString(),
    })),
  };
}

const bySlug = z.object({ slug: slugSchema });

/** The same two questions in each portal; row-level security decides which programs answer them. */
const reads = (kind: OrganisationKind) => ({
  list: commonProcedure(kind, "programs.read")
    .output(listOut)
    .query(({ ctx }) => presentList(ctx.scope)),
  get: commonProcedure(kind, "programs.read")
    .input(bySlug)
    .output(detailOut)
    .query(({ ctx, input }) => presentDetail(ctx.scope, input.slug)),
});

export const merchantProgramsRouter = router(reads("merchant"));
export const agencyProgramsRouter = router(reads("agency"));
export const operatorProgramsRouter = router({
  ...reads("operator"),
  create: operatorProcedure("programs.manage")
    .input(createProgramSchema)
    .output(programOut)
    .mutation(async ({ ctx, input }) => presentProgram(await createProgram(ctx.scope, input))),
  addParty: operatorProcedure("programs.manage")
    .input(z.object({ programId: publicId("program"), organisationId: publicId("organisation") }))
    .output(z.object({ programId: z.string() }))
    .mutation(async ({ ctx, input }) => {
      await addPartyToProgram(ctx.scope, input);
      return { programId: toPublicId("program", input.programId) };
    }),
});
