import { z } from "zod";
import type { OrganisationKind } from "@/server/identity/permissions";
import {
  agencyProcedure,
  commonProcedure,
  merchantProcedure,
  operatorProcedure,
  partyProcedure,
  router,
} from "@/server/identity/procedures";
import { publicId } from "@/server/platform/ids";
import { whileAllowed } from "@/server/platform/live";
import { wholeProofView } from "./proof/schema";
import { readWholeProof, startWholeProof } from "./proof/service";
import {
  agencyOverview,
  attention,
  journalCause,
  merchantOverview,
  operatorAttention,
  operatorOverview,
  overviewInput,
  searchInput,
  searchResult,
} from "./schema";
import {
  readAgencyOverview,
  readAttention,
  readMerchantOverview,
  readOperatorOverview,
  search,
  watchAgency,
  watchMerchant,
  watchOperator,
} from "./service";
import { explainJournal } from "./service/explain-journal";
import { readOperatorAttention } from "./service/read-work";

const searchOf = (kind: OrganisationKind) =>
  commonProcedure(kind, "search.read")
    .input(searchInput)
    .output(searchResult)
    .query(async ({ ctx, input }) => ({ hits: await search(ctx.scope, ctx.permissions, input.text) }));

const attentionOf = (kind: "merchant" | "agency") =>
  partyProcedure(kind, "overview.read")
    .output(attention)
    .query(({ ctx }) => readAttention(ctx.scope));

export const merchantReportingRouter = router({
  search: searchOf("merchant"),
  attention: attentionOf("merchant"),
  overview: merchantProcedure("overview.read")
    .input(overviewInput)
    .output(merchantOverview)
    .query(({ ctx, input }) => readMerchantOverview(ctx.scope, input.program)),
  live: merchantProcedure("overview.read")
    .input(overviewInput)
    .subscription(({ ctx, input, signal }) =>
      watchMerchant(ctx.scope, input.program, whileAllowed(ctx.stillAllowed, signal)),
    ),
});

export const agencyReportingRouter = router({
  search: searchOf("agency"),
  attention: attentionOf("agency"),
  overview: agencyProcedure("overview.read")
    .input(overviewInput)
    .output(agencyOverview)
    .query(({ ctx, input }) => readAgencyOverview(ctx.scope, input.program)),
  live: agencyProcedure("overview.read")
    .input(overviewInput)
    .subscription(({ ctx, input, signal }) =>
      watchAgency(ctx.scope, input.program, whileAllowed(ctx.stillAllowed, signal)),
    ),
});

export const operatorReportingRouter = router({
  search: searchOf("operator"),
  overview: operatorProcedure("overview.read")
    .input(overviewInput)
    .output(operatorOverview)
    .query(({ ctx, input }) => readOperatorOverview(ctx.scope, input.program)),
  attention: operatorProcedure("overview.read")
    .output(operatorAttention)
    .query(({ ctx }) => readOperatorAttention(ctx.scope)),
  live: operatorProcedure("overview.read")
    .input(overviewInput)
    .subscription(({ ctx, input, signal }) =>
      watchOperator(ctx.scope, input.program, whileAllowed(ctx.stillAllowed, signal)),
    ),
  journalCause: operatorProcedure("ledger.read")
    .input(z.object({ journalId: publicId("journal") }))
    .output(journalCause)
    .query(({ ctx, input }) => explainJournal(ctx.scope, input.journalId)),
});

export const operatorProofRouter = router({
  whole: operatorProcedure("ledger.read")
    .output(wholeProofView)
    .query(({ ctx }) => readWholeProof(ctx.scope)),
  start: operatorProcedure("ledger.read")
    .output(z.object({ started: z.boolean() }))
    .mutation(({ ctx }) => ({ started: startWholeProof(ctx.scope) })),
});
