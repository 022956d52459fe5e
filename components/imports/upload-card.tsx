"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { FilePreview } from "@/components/imports/file-preview";
import type { ImportItem, ImportPreview, MappingTerms } from "@/components/imports/import-words";
import { MappingDialog } from "@/components/imports/mapping-dialog";
import { type DryRunAnswer, sendFile, tryFile, UploadRefused } from "@/components/imports/send-file";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { useChoices } from "@/components/operator/use-choices";
import { ZoneProvider } from "@/components/time/zone-context";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { Field } from "@/components/ui/field";
import { FileDrop } from "@/components/ui/file-drop";
import { Progress } from "@/components/ui/progress";
import { Select } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import { type Currency, isCurrency } from "@/server/platform/money";
import { useOperatorClient, useOperatorTrpc } from "@/server/trpc/client";

/** No mapping, no currency said: the file tells by itself. */
const AS_IT_IS = "\u0000as-it-is" as const;
/** What of a file is looked at before it is sent. */
const BEGINNING_BYTES = 96 * 1024;

async function beginningOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, BEGINNING_BYTES).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** What a mapping of the file begins with; null for a file that is no table and no format that is known. */
function firstMapping(preview: ImportPreview): { name: string; terms: MappingTerms } | null {
  if (preview.kind === "json") return { name: "", terms: { kind: "ocpi", zones: {} } };
  if (preview.isKnownFormat) return { name: "", terms: { kind: "seattle", zones: {} } };
  return preview.suggestion ? { name: "", terms: preview.suggestion } : null;
}

type Stage = { at: "choosing" } | { at: "sending"; sent: number };

/** A file, and whose it is. Its format is recognised from what it holds. */
export function UploadCard({ running }: { running: ImportItem | undefined }) {
  const trpc = useOperatorTrpc();
  const client = useOperatorClient();
  const router = useRouter();
  const queryClient = useQueryClient();
  const { base, slug } = usePortal();
  const { programs } = useChoices();
  const [programId, setProgramId] = useState<string | null>(null);
  const [merchantId, setMerchantId] = useState<string | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [stage, setStage] = useState<Stage>({ at: "choosing" });
  const [refusal, setRefusal] = useState<UploadRefused | null>(null);
  const [mapping, setMapping] = useState<string>(AS_IT_IS);
  const [currency, setCurrency] = useState<Currency | typeof AS_IT_IS>(AS_IT_IS);
  const [isMapping, setIsMapping] = useState(false);
  const [tried, setTried] = useState<DryRunAnswer | null>(null);

  const program = programs.find(({ id }) => id === programId) ?? programs[0];
  const ofProgram = program && isCurrency(program.currency) ? program.currency : null;
  const parties = useQuery(
    trpc.programs.get.queryOptions({ slug: program?.slug ?? "none" }, { enabled: Boolean(program) }),
  );
  const merchants = (parties.data?.parties ?? []).filter(({ kind }) => kind === "merchant");
  const merchant = merchants.find(({ id }) => id === merchantId) ?? null;

  const mappings = useQuery(trpc.imports.mappings.queryOptions());
  const terms = mappings.data?.items.find(({ name }) => name === mapping)?.terms ?? null;
  async function look(by: MappingTerms | null) {
    if (!file || !program || !merchant) throw new Error("There is nothing to look at yet.");
    return await client.imports.preview.mutate({
      programId: program.id,
      merchantId: merchant.id,
      fileName: file.name,
      sample: await beginningOf(file),
      mapping: by,
      currency: currency === AS_IT_IS ? null : currency,
    });
  }
  const previewed = useQuery({
    queryKey: [
      "import-preview",
      file?.name,
      file?.size,
      file?.lastModified,
      program?.id,
      merchant?.id,
      terms,
      currency,
    ],
    enabled: Boolean(file && program && merchant),
    queryFn: () => look(terms),
  });
  const preview = previewed.data;
  const initial = terms ? { name: mapping, terms } : preview ? firstMapping(preview) : null;
  const asksForCurrency = preview?.refusal?.code === "currency_unknown" || currency !== AS_IT_IS;

  async function send(isTrial: boolean) {
    if (!program || !merchant || !file || stage.at === "sending") return;
    setRefusal(null);
    setTried(null);
    setStage({ at: "sending", sent: 0 });
    try {
      const upload = {
        operator: slug,
        programId: program.id,
        merchantId: merchant.id,
        file,
        mapping: mapping === AS_IT_IS ? null : mapping,
        currency: currency === AS_IT_IS ? null : currency,
        onSent: (sent: number) => setStage({ at: "sending", sent }),
      };
      if (isTrial) {
        setTried(await tryFile(upload));
        setStage({ at: "choosing" });
        return;
      }
      const { id } = await sendFile(upload);
      showToast({ title: `${file.name} is read`, tone: "arrived" });
      router.push(`${base}/imports/${id}`);
    } catch (error) {
      setRefusal(
        error instanceof UploadRefused ? error : new UploadRefused("It did not work.", "unknown", undefined),
      );
      setStage({ at: "choosing" });
    } finally {
      void queryClient.invalidateQueries(trpc.imports.pathFilter());
    }
  }

  const sending = stage.at === "sending";
  const sentWhole = sending && file !== null && stage.sent >= file.size;
  return (
    <Card
      title="Import a file"
      hint="Transactions that others recorded become captured payments of the merchant. The same file twice adds nothing."
    >
      <form
        className="grid gap-4 lg:grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)]"
        onSubmit={(event) => {
          event.preventDefault();
          void send(false);
        }}
      >
        <FileDrop
          label={file ? "Drop another file instead" : "Drop a file, or choose one"}
          hint="OCPI charge detail records (JSON), Seattle parking transactions, or any table with a mapping, up to 256 MiB"
          accept=".json,.csv,.tsv,.txt,.jsonl,application/json,text/csv"
          files={file ? [file] : []}
          onFiles={(files) => {
            setFile(files[0] ?? null);
            setRefusal(null);
            setTried(null);
            setCurrency(AS_IT_IS);
          }}
          disabled={sending}
        />
        <div className="grid content-start gap-3">
          <div className="grid gap-3 sm:grid-cols-2">
            <Field label="Program" disabled={sending}>
              <Select
                value={program?.id ?? ""}
                onValueChange={(value) => {
                  setProgramId(value);
                  setMerchantId(null);
                }}
                options={programs.map(({ id, name, currency }) => ({
                  value: id,
                  label: name,
                  hint: currency,
                }))}
              />
            </Field>
            <Field label="Merchant" disabled={sending}>
              <Select
                value={merchant?.id ?? ""}
                onValueChange={setMerchantId}
                placeholder="Whose takings they are"
                options={merchants.map(({ id, name }) => ({ value: id, label: name }))}
              />
            </Field>
            <Field label="Columns" disabled={sending}>
              <Select
                value={mapping}
                onValueChange={(value) => {
                  setMapping(value);
                  setTried(null);
                }}
                options={[
                  { value: AS_IT_IS, label: "A known format" },
                  ...(mappings.data?.items ?? []).map(({ name }) => ({ value: name, label: name })),
                ]}
              />
            </Field>
            {asksForCurrency ? (
              <Field label="Currency of the file" disabled={sending}>
                <Select
                  value={currency}
                  onValueChange={setCurrency}
                  options={[
                    { value: AS_IT_IS, label: "Not said" },
                    ...(ofProgram ? [{ value: ofProgram, label: ofProgram }] : []),
                  ]}
                />
              </Field>
            ) : null}
          </div>
          {sending && file ? (
            sentWhole ? (
              <Progress
                label="Reading line by line"
                done={running?.rows.total ?? 0}
                total={null}
                unit="lines"
                detail={
                  running
                    ? `${running.rows.accepted} taken, ${running.rows.refused} refused, ${running.rows.duplicate} known already`
                    : undefined
                }
              />
            ) : (
              <Progress
                label="Sending"
                done={Math.ceil(stage.sent / 1024)}
                total={Math.ceil(file.size / 1024)}
                unit="kB"
              />
            )
          ) : (
            <div className="flex flex-wrap gap-2">
              <Button type="submit" variant="primary" icon={<Upload />} disabled={!file || !merchant}>
                Import
              </Button>
              <Button onClick={() => void send(true)} disabled={!file || !merchant}>
                Dry run
              </Button>
              {preview && initial ? (
                <Button onClick={() => setIsMapping(true)}>
                  {initial.terms.kind === "table" ? "Map the columns" : "Map the places"}
                </Button>
              ) : null}
            </div>
          )}
          {tried ? (
            <p role="status" className="text-sm">
              Nothing was written. Of {formatCount(tried.rows.total)} lines {formatCount(tried.rows.accepted)}{" "}
              would be taken (<Money {...tried.acceptedAmount} />
              ), {formatCount(tried.rows.refund)} given back, {formatCount(tried.rows.free)} free,{" "}
              {formatCount(tried.rows.duplicate)} known already, {formatCount(tried.rows.refused)} refused and{" "}
              {formatCount(tried.rows.flagged)} flagged.
            </p>
          ) : null}
        </div>
        {refusal ? (
          <div className="lg:col-span-2">
            <Banner tone="loss" title={refusal.message}>
              <span className="font-mono text-xs">{refusal.code}</span>{" "}
              {refusal.requestId ? <CopyableId id={refusal.requestId} label="Request" /> : null}
            </Banner>
          </div>
        ) : null}
      </form>
      {preview ? (
        <div className="mt-4">
          <ZoneProvider zone={program?.timeZone ?? "UTC"} place={program?.name ?? ""}>
            <FilePreview preview={preview} />
          </ZoneProvider>
        </div>
      ) : null}
      {isMapping && preview && initial && ofProgram ? (
        <ZoneProvider zone={program?.timeZone ?? "UTC"} place={program?.name ?? ""}>
          <MappingDialog
            preview={preview}
            initial={initial}
            look={look}
            currency={ofProgram}
            onSaved={(name) => {
              setMapping(name);
              setIsMapping(false);
            }}
            onClose={() => setIsMapping(false)}
          />
        </ZoneProvider>
      ) : null}
    </Card>
  );
}
