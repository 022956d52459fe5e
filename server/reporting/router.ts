import { z } from "zod";
import { agencyProcedure, merchantProcedure, operatorProcedure, router } from "@/server/identity/procedures";
import { publicId } from "@/server/platform/ids";
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

export const merchantReportingRouter = router({
  overview: merchantProcedure("overview.read")
    .input(overviewInput)
    .output(merchantOverview)
    .query(({ ctx, input }) => readMerchantOverview(ctx.scope, input.program)),
  attention: merchantProcedure("overview.read")
    .output(attention)
    .query(({ ctx }) => readAttention(ctx.scope)),
  live: merchantProcedure("overview.read")
    .input(overviewInput)
    .subscription(({ ctx, input, signal }) => watchMerchant(ctx.scope, input.program, signal)),
  search: merchantProcedure("search.read")
    .input(searchInput)
    .output(searchResult)
    .query(async ({ ctx, input }) => ({ hits: await search(ctx.scope, input.text) })),
});

export const agencyReportingRouter = router({
  overview: agencyProcedure("overview.read")
    .input(overviewInput)
    .output(agencyOverview)
    .query(({ ctx, input }) => readAgencyOverview(ctx.scope, input.program)),
  attention: agencyProcedure("overview.read")
    .output(attention)
    .query(({ ctx }) => readAttention(ctx.scope)),
  live: agencyProcedure("overview.read")
    .input(overviewInput)
    .subscription(({ ctx, input, signal }) => watchAgency(ctx.scope, input.program, signal)),
  search: agencyProcedure("search.read")
    .input(searchInput)
    .output(searchResult)
    .query(async ({ ctx, input }) => ({ hits: await search(ctx.scope, input.text) })),
});

export const operatorReportingRouter = router({
  overview: operatorProcedure("overview.read")
    .input(overviewInput)
    .output(operatorOverview)
    .query(({ ctx, input }) => readOperatorOverview(ctx.scope, input.program)),
  attention: operatorProcedure("overview.read")
    .output(operatorAttention)
    .query(({ ctx }) => readOperatorAttention(ctx.scope)),
  live: operatorProcedure("overview.read")
    .input(overviewInput)
    .subscription(({ ctx, input, signal }) => watchOperator(ctx.scope, input.program, signal)),
  search: operatorProcedure("search.read")
    .input(searchInput)
    .output(searchResult)
    .query(async ({ ctx, input }) => ({ hits: await search(ctx.scope, input.text) })),
  journalCause: operatorProcedure("ledger.read")
    .input(z.object({ journalId: publicId("journal") }))
    .output(journalCause)
    .query(({ ctx, input }) => explainJournal(ctx.scope, input.journalId)),
});
