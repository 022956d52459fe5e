"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FilePreview } from "@/components/imports/file-preview";
import type { ImportPreview, MappingTerms } from "@/components/imports/import-words";
import { MappingFields } from "@/components/imports/mapping-fields";
import { ZoneTable } from "@/components/imports/zone-table";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";
import { showToast } from "@/components/ui/toast";
import type { Currency } from "@/server/platform/money";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

interface MappingDialogProps {
  preview: ImportPreview;
  /** The mapping that is changed, or what the columns look like. */
  initial: { name: string; terms: MappingTerms };
  currency: Currency;
  /** How the file would be read. */
  look: (terms: MappingTerms) => Promise<ImportPreview>;
  onSaved: (name: string) => void;
  onClose: () => void;
}

/** How a source is read, saved by name for its next file. */
export function MappingDialog({ preview, initial, currency, look, onSaved, onClose }: MappingDialogProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [name, setName] = useState(initial.name);
  const [terms, setTerms] = useState(initial.terms);
  const [asked, setAsked] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const save = useMutation(trpc.imports.saveMapping.mutationOptions());
  const looked = useQuery({
    queryKey: ["import-preview", "in-dialog", terms],
    queryFn: () => look(terms),
    placeholderData: keepPreviousData,
  });
  const fault = name.trim() === "" ? "Name the source, such as San Diego meters." : undefined;

  async function send() {
    setAsked(true);
    setRefusal(null);
    if (fault) return;
    try {
      await save.mutateAsync({ name: name.trim(), terms });
      await queryClient.invalidateQueries(trpc.imports.mappings.pathFilter());
      showToast({ title: `The mapping ${name.trim()} is saved`, tone: "arrived" });
      onSaved(name.trim());
    } catch (error) {
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was saved.");
    }
  }

  const isTable = terms.kind === "table";
  return (
    <FormDialog
      onClose={onClose}
      size="xl"
      title={isTable ? "Map the columns" : "Map the places"}
      description={
        isTable
          ? "What each column of this source means. It is kept by name for the next file."
          : "Which zone each place of this source lies in. It is kept by name for the next file."
      }
      action="Save the mapping"
      pending={save.isPending}
      onSubmit={() => void send()}
      refusal={refusal}
    >
      <Field
        label="Name of the source"
        hint="A name that exists is given these columns; files that were read with it stay as they are."
        error={asked ? fault : undefined}
        className="sm:col-span-2"
      >
        <Input
          value={name}
          maxLength={80}
          placeholder="San Diego meters"
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </Field>
      {terms.kind === "table" ? (
        <MappingFields
          preview={preview}
          currency={currency}
          terms={terms}
          onChange={(part) => setTerms({ ...terms, ...part })}
        />
      ) : (
        <div className="grid gap-1.5 sm:col-span-2">
          <span className="text-sm font-medium">Zones of the places</span>
          <ZoneTable
            places={preview.places}
            zones={preview.zones}
            value={terms.zones}
            onChange={(zones) => setTerms({ ...terms, zones })}
          />
        </div>
      )}
      {looked.data ? (
        <section className="grid min-w-0 gap-2 border-t border-line-soft pt-4 sm:col-span-2">
          <h3 className="text-sm font-semibold">How the first lines would be read</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard. */}
          <div className="max-h-72 overflow-y-auto" tabIndex={0}>
            <FilePreview preview={looked.data} />
          </div>
        </section>
      ) : null}
    </FormDialog>
  );
}
