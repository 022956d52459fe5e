/** Saved mappings of columns, kept by name for the next file of the same source. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import type { OperatorScope } from "@/server/platform/scope";
import type { MappingTerms } from "../import/schema";
import * as mappings from "../repository/keep-mappings";

export async function listMappings(scope: OperatorScope): Promise<mappings.ImportMapping[]> {
  return await withScope(scope, (tx) => mappings.listMappings(tx, scope.organisationId));
}

/** A name that exists is given the new terms; imports keep the terms that they were read with. */
export async function saveMapping(
  scope: OperatorScope,
  { name, terms }: { name: string; terms: MappingTerms },
): Promise<Id<"importMapping">> {
  return await withScope(scope, async (tx) => {
    const before = await mappings.findMappingByName(tx, scope.organisationId, name);
    const id = await mappings.upsertMapping(tx, {
      id: newId("importMapping"),
      operatorId: scope.organisationId,
      name,
      terms,
      by: scope.actor.kind === "user" ? scope.actor.id : null,
      at: now(),
    });
    await audit(tx, scope, {
      action: "import_mapping.saved",
      subjectKind: "import_mapping",
      subjectId: id,
      ...(before ? { before: { name, terms: before.terms } } : {}),
      after: { name, terms },
    });
    return id;
  });
}

export async function removeMapping(scope: OperatorScope, id: Id<"importMapping">): Promise<void> {
  await withScope(scope, async (tx) => {
    if (!(await mappings.deleteMapping(tx, scope.organisationId, id))) throw notFound("import mapping");
    await audit(tx, scope, {
      action: "import_mapping.removed",
      subjectKind: "import_mapping",
      subjectId: id,
    });
  });
}
