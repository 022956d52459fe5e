"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import type { ImportItem } from "@/components/imports/import-words";
import { sendFile, UploadRefused } from "@/components/imports/send-file";
import { useChoices } from "@/components/operator/use-choices";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { Field } from "@/components/ui/field";
import { FileDrop } from "@/components/ui/file-drop";
import { Progress } from "@/components/ui/progress";
import { Select } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import { useOperatorTrpc } from "@/server/trpc/client";

type Stage = { at: "choosing" } | { at: "sending"; sent: number };

/** A file, and whose it is. Its format is recognised from what it holds. */
export function UploadCard({ running }: { running: ImportItem | undefined }) {
  const trpc = useOperatorTrpc();
  const router = useRouter();
  const queryClient = useQueryClient();
  const { base, slug } = usePortal();
  const { programs } = useChoices();
  const [programId, setProgramId] = useState<string | null>(null);
  const [merchantId, setMerchantId] = useState<string | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [stage, setStage] = useState<Stage>({ at: "choosing" });
  const [refusal, setRefusal] = useState<UploadRefused | null>(null);

  const program = programs.find(({ id }) => id === programId) ?? programs[0];
  const parties = useQuery(
    trpc.programs.get.queryOptions({ slug: program?.slug ?? "none" }, { enabled: Boolean(program) }),
  );
  const merchants = (parties.data?.parties ?? []).filter(({ kind }) => kind === "merchant");
  const merchant = merchants.find(({ id }) => id === merchantId) ?? null;

  async function send() {
    if (!program || !merchant || !file || stage.at === "sending") return;
    setRefusal(null);
    setStage({ at: "sending", sent: 0 });
    try {
      const { id } = await sendFile({
        operator: slug,
        programId: program.id,
        merchantId: merchant.id,
        file,
        onSent: (sent) => setStage({ at: "sending", sent }),
      });
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
          void send();
        }}
      >
        <FileDrop
          label={file ? "Drop another file instead" : "Drop a file, or choose one"}
          hint="OCPI charge detail records (JSON) or Seattle parking transactions (CSV), up to 256 MiB"
          accept=".json,.csv,.jsonl,application/json,text/csv"
          files={file ? [file] : []}
          onFiles={(files) => {
            setFile(files[0] ?? null);
            setRefusal(null);
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
            <Button
              type="submit"
              variant="primary"
              icon={<Upload />}
              disabled={!file || !merchant}
              className="justify-self-start"
            >
              Import
            </Button>
          )}
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
    </Card>
  );
}
