/** Agreements for pages. */
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import type { PortalScope } from "@/server/platform/scope";
import { listAgreementRows } from "../repository/read-agreements";
import {
  countMerchants,
  findAnswerFault,
  findApprovalFault,
  listStanding,
} from "../repository/read-standing";
import type { AgreementDetail, AgreementSummary } from "../schema";
import { presentAgreement } from "../view/present-agreement";
import { cursorId, type Page, pageOf } from "./read-statements";

/** Newest first. A party sees the versions that it was asked to agree to, from their proposal on. */
export async function listAgreements(
  scope: PortalScope,
  request: { cursor?: string | null | undefined; limit: number; programId?: string | null | undefined },
): Promise<Page<AgreementSummary>> {
  return await withScope(scope, async (tx) => {
    const rows = await listAgreementRows(tx, {
      programId: request.programId ?? null,
      agreementId: null,
      before: cursorId("agreement", request.cursor),
      limit: request.limit + 1,
    });
    const ids = rows.map(({ id }) => id);
    const standing = await listStanding(tx, ids, now());
    const merchants = await countMerchants(tx, ids, now());
    return pageOf("agreement", rows, request.limit, (row) =>
      presentAgreement(row, standing, merchants.get(row.id), scope),
    );
  });
}

/** A version with its terms as they are written, who must agree, and who has. */
export async function getAgreement(scope: PortalScope, agreementId: string): Promise<AgreementDetail> {
  return await withScope(scope, async (tx) => {
    const [row] = await listAgreementRows(tx, { programId: null, agreementId, before: null, limit: 1 });
    if (!row) throw notFound("agreement");
    const standing = await listStanding(tx, [agreementId], now());
    const merchants = await countMerchants(tx, [agreementId], now());
    const summary = presentAgreement(row, standing, merchants.get(agreementId), scope);
    const userId = scope.actor.kind === "user" ? scope.actor.id : null;
    const fault = async () => {
      if (row.state !== "proposed" || userId === null) return null;
      if (scope.kind !== "operator") {
        if (summary.ownAnswer !== "waiting") return null;
        return await findAnswerFault(tx, { agreementId, organisationId: scope.organisationId, userId });
      }
      return row.operator_approved_by ? null : await findApprovalFault(tx, agreementId, userId);
    };
    return { ...summary, terms: row.terms, ownFault: await fault() };
  });
}
