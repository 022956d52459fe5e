/** Payments over tRPC: merchants read and refund theirs, operators read all, decide held ones and import. */

import { OVERTURN_REFUSALS } from "@/server/fraud/constants";
import { agencyProcedure, merchantProcedure, operatorProcedure, router } from "@/server/identity/procedures";
import { AppError } from "@/server/platform/errors";
import { toPublicId } from "@/server/platform/ids";
import { parseMicros, toMoneyJson } from "@/server/platform/money";
import type { MerchantScope, OperatorScope } from "@/server/platform/scope";
import { PAYMENT_REFUSALS, type PaymentRefusal } from "./constants";
import { UNDO_REFUSALS } from "./import/constants";
import type { CurrencyTotal, StateCount } from "./repository/read-payments";
import {
  approveHeldPayment,
  declineHeldPayment,
  getCaseFile,
  overturnDecision,
  type ReviewResult,
} from "./review";
import * as shape from "./schema";
import { getImport, listImportRows, listImports } from "./service/list-imports";
import {
  countPayments,
  getPayment,
  getSharedPayment,
  listPayments,
  totalPayments,
} from "./service/list-payments";
import { listUsageRecords } from "./service/list-usage";
import { setInstrumentBlock } from "./service/manage-instruments";
import { listMappings, removeMapping, saveMapping } from "./service/manage-mappings";
import { previewImport } from "./service/preview-import";
import { refundPayment } from "./service/refund-payment";
import { undoImport } from "./service/undo-import";
import type { RefundResult } from "./types";
import { viewCaseFile } from "./view-case";
import { viewImport, viewImportRow, viewMapping, viewPreview } from "./view-import";
import { viewDetail, viewPayment, viewRecord } from "./view-payment";

/** Usage records on one page of a payment's detail. */
const RECORDS_A_PAGE = 25;

export const merchantPaymentsRouter = router({
  list: merchantProcedure("payments.read")
    .input(shape.paymentListSchema)
    .output(shape.paymentListViewSchema)
    .query(async ({ ctx, input: { cursor, limit, order, ...filter } }) =>
      viewPage(await listPayments(ctx.scope, filter, { cursor, limit, order })),
    ),
  counts: merchantProcedure("payments.read")
    .input(shape.paymentFilterSchema)
    .output(shape.paymentCountsSchema)
    .query(async ({ ctx, input }) => viewCounts(await countPayments(ctx.scope, input))),
  totals: merchantProcedure("payments.read")
    .input(shape.paymentFilterSchema)
    .output(shape.paymentTotalsSchema)
    .query(async ({ ctx, input }) => viewTotals(await totalPayments(ctx.scope, input))),
  detail: merchantProcedure("payments.read")
    .input(shape.paymentIdSchema)
    .output(shape.paymentDetailViewSchema)
    .query(({ ctx, input }) => detailOf(ctx.scope, input)),
  usageRecords: merchantProcedure("payments.read")
    .input(shape.usageRecordsSchema)
    .output(shape.usageRecordsViewSchema)
    .query(({ ctx, input }) => recordsOf(ctx.scope, input)),
  refund: merchantProcedure("payments.refund")
    .input(shape.refundSchema)
    .mutation(({ ctx, input }) => refund(ctx.scope, input)),
});

/** Agencies see the payments that they have a part in, without who paid and with what. */
export const agencyPaymentsRouter = router({
  detail: agencyProcedure("payments.read")
    .input(shape.paymentIdSchema)
    .output(shape.sharedPaymentViewSchema)
    .query(async ({ ctx, input }) => viewPayment(await getSharedPayment(ctx.scope, input.paymentId))),
});

export const operatorPaymentsRouter = router({
  list: operatorProcedure("payments.read")
    .input(shape.paymentListSchema)
    .output(shape.paymentListViewSchema)
    .query(async ({ ctx, input: { cursor, limit, order, ...filter } }) =>
      viewPage(await listPayments(ctx.scope, filter, { cursor, limit, order })),
    ),
  counts: operatorProcedure("payments.read")
    .input(shape.paymentFilterSchema)
    .output(shape.paymentCountsSchema)
    .query(async ({ ctx, input }) => viewCounts(await countPayments(ctx.scope, input))),
  totals: operatorProcedure("payments.read")
    .input(shape.paymentFilterSchema)
    .output(shape.paymentTotalsSchema)
    .query(async ({ ctx, input }) => viewTotals(await totalPayments(ctx.scope, input))),
  detail: operatorProcedure("payments.read")
    .input(shape.paymentIdSchema)
    .output(shape.paymentDetailViewSchema)
    .query(({ ctx, input }) => detailOf(ctx.scope, input)),
  usageRecords: operatorProcedure("payments.read")
    .input(shape.usageRecordsSchema)
    .output(shape.usageRecordsViewSchema)
    .query(({ ctx, input }) => recordsOf(ctx.scope, input)),
  refund: operatorProcedure("payments.refund")
    .input(shape.refundSchema)
    .mutation(({ ctx, input }) => refund(ctx.scope, input)),
});

/** What of cases touches payments; merged with the queue's own procedures. */
export const operatorReviewRouter = router({
  detail: operatorProcedure("cases.read")
    .input(shape.decideSchema.pick({ caseId: true }))
    .query(async ({ ctx, input }) => viewCaseFile(await getCaseFile(ctx.scope, input.caseId))),
  approve: operatorProcedure("cases.decide")
    .input(shape.decideSchema)
    .mutation(async ({ ctx, input }) => viewDecision(await approveHeldPayment(ctx.scope, input))),
  decline: operatorProcedure("cases.decide")
    .input(shape.decideSchema)
    .mutation(async ({ ctx, input }) => viewDecision(await declineHeldPayment(ctx.scope, input))),
  overturn: operatorProcedure("cases.decide")
    .input(shape.overturnSchema)
    .mutation(async ({ ctx, input }) => {
      const result = await overturnDecision(ctx.scope, input);
      if (!result.ok) throw new AppError("conflict", result.reason, OVERTURN_REFUSALS[result.reason]);
      return { state: result.payment.state, refunded: result.refunded };
    }),
  blockInstrument: operatorProcedure("cases.decide")
    .input(shape.blockSchema)
    .mutation(async ({ ctx, input: { instrumentId, ...block } }) => {
      await setInstrumentBlock(ctx.scope, instrumentId, block);
      return { blocked: block.blocked };
    }),
});

export const operatorImportsRouter = router({
  list: operatorProcedure("imports.read")
    .input(shape.importListSchema)
    .query(async ({ ctx, input }) => {
      const page = await listImports(ctx.scope, input);
      return { items: page.items.map(viewImport), nextCursor: page.nextCursor };
    }),
  detail: operatorProcedure("imports.read")
    .input(shape.importIdSchema)
    .query(async ({ ctx, input }) => viewImport(await getImport(ctx.scope, input.importId))),
  rows: operatorProcedure("imports.read")
    .input(shape.importRowsSchema)
    .query(async ({ ctx, input: { importId, ...query } }) => {
      const page = await listImportRows(ctx.scope, importId, query);
      return { items: page.items.map(viewImportRow), nextCursor: page.nextCursor };
    }),
  preview: operatorProcedure("imports.create")
    .input(shape.importPreviewSchema)
    .mutation(async ({ ctx, input: { sample, ...request } }) =>
      viewPreview(await previewImport(ctx.scope, { ...request, sample: Buffer.from(sample, "base64") })),
    ),
  undo: operatorProcedure("imports.create")
    .input(shape.importUndoSchema)
    .mutation(async ({ ctx, input }) => {
      const result = await undoImport(ctx.scope, input);
      if (!result.ok) throw new AppError("conflict", result.reason, UNDO_REFUSALS[result.reason]);
      return viewImport(result.import);
    }),
  mappings: operatorProcedure("imports.read").query(async ({ ctx }) => ({
    items: (await listMappings(ctx.scope)).map(viewMapping),
  })),
  saveMapping: operatorProcedure("imports.create")
    .input(shape.mappingSaveSchema)
    .mutation(async ({ ctx, input }) => ({
      id: toPublicId("importMapping", await saveMapping(ctx.scope, input)),
    })),
  removeMapping: operatorProcedure("imports.create")
    .input(shape.mappingIdSchema)
    .mutation(async ({ ctx, input }) => {
      await removeMapping(ctx.scope, input.mappingId);
      return { removed: true };
    }),
});

type ReaderScope = MerchantScope | OperatorScope;

async function detailOf(scope: ReaderScope, { paymentId }: { paymentId: Parameters<typeof getPayment>[1] }) {
  const detail = await getPayment(scope, paymentId);
  const first = detail.window
    ? await listUsageRecords(scope, paymentId, { limit: RECORDS_A_PAGE })
    : { items: [], nextCursor: null };
  return viewDetail(detail, { ...first, size: RECORDS_A_PAGE });
}

async function recordsOf(
  scope: ReaderScope,
  {
    paymentId,
    ...page
  }: { paymentId: Parameters<typeof getPayment>[1]; cursor?: string | null; limit: number },
) {
  const { items, nextCursor, currency } = await listUsageRecords(scope, paymentId, page);
  return { items: items.map((item) => viewRecord(item, currency)), nextCursor };
}

async function refund(
  scope: ReaderScope,
  input: {
    paymentId: Parameters<typeof getPayment>[1];
    amount?: string | undefined;
    reason: string;
    requestKey: string;
  },
) {
  const { amount, ...request } = input;
  const amountMicros = amount === undefined ? undefined : parseMicros(amount);
  const result: RefundResult = await refundPayment(scope, { ...request, amountMicros });
  if (!result.ok) throw refusal(result.reason);
  return { refundId: toPublicId("refund", result.refund.id), state: result.payment.state };
}

function refusal(reason: PaymentRefusal): AppError {
  const code =
    reason === "payment_not_found" ? "not_found" : reason === "amount_zero" ? "invalid_input" : "conflict";
  return new AppError(code, reason, PAYMENT_REFUSALS[reason]);
}

function viewPage(page: Awaited<ReturnType<typeof listPayments>>) {
  return { items: page.items.map(viewPayment), nextCursor: page.nextCursor };
}

function viewCounts(counts: readonly StateCount[]) {
  return Object.fromEntries(counts.map(({ state, count }) => [state, Number(count)]));
}

function viewTotals(totals: readonly CurrencyTotal[]) {
  return totals.map(({ currency, payments, captured, refunded }) => ({
    payments: Number(payments),
    captured: toMoneyJson(captured, currency),
    refunded: toMoneyJson(refunded, currency),
  }));
}

function viewDecision(result: ReviewResult) {
  if (result.ok) {
    return { paymentId: toPublicId("payment", result.payment.id), state: result.payment.state };
  }
  throw new AppError("conflict", result.reason, result.message);
}
