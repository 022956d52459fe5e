"use client";

import { type RefObject, useState } from "react";
import type { CaseFile } from "@/components/review/case-types";
import type { CaseActions } from "@/components/review/use-case-actions";
import { ExactTime } from "@/components/time/relative-time";
import { Avatar } from "@/components/ui/avatar";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Kbd } from "@/components/ui/kbd";

interface CaseNotesProps {
  file: CaseFile;
  actions: CaseActions;
  canWrite: boolean;
  input: RefObject<HTMLTextAreaElement | null>;
  className?: string;
}

/** What reviewers tell each other about the case. */
export function CaseNotes({ file, actions, canWrite, input, className }: CaseNotesProps) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { notes } = file.case;

  async function send() {
    if (text.trim() === "" || busy) return;
    setBusy(true);
    setRefusal(null);
    try {
      await actions.note(file.case.id, text.trim());
      setText("");
      input.current?.blur();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : "The note was not saved.");
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card title="Notes" level={3} className={className}>
      <div className="grid gap-4">
        {notes.map((note) => (
          <div key={`${note.at}${note.author}`} className="flex gap-2.5 text-sm">
            <Avatar name={note.author} size="sm" />
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-baseline justify-between gap-x-3">
                <span className="font-medium">{note.author}</span>
                <ExactTime at={note.at} format="dayTime" className="text-xs text-muted" />
              </p>
              <p className="whitespace-pre-wrap break-words text-muted">{note.text}</p>
            </div>
          </div>
        ))}
        {notes.length === 0 && !canWrite ? <p className="text-sm text-muted">Nobody wrote a note.</p> : null}
        {canWrite ? (
          <form
            className="grid gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              void send();
            }}
          >
            <Field label="Add a note" hideLabel={notes.length > 0} error={refusal ?? undefined}>
              <Textarea
                ref={input}
                rows={2}
                value={text}
                maxLength={4000}
                placeholder="What you found out, for whoever looks next"
                onChange={(event) => setText(event.currentTarget.value)}
                onKeyDown={(event) => {
                  if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
                    event.preventDefault();
                    void send();
                  }
                  if (event.key === "Escape") event.currentTarget.blur();
                }}
              />
            </Field>
            <div className="flex items-center justify-between gap-2">
              <span className="text-xs text-muted">
                <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd> saves
              </span>
              <Button size="sm" type="submit" loading={busy} disabled={text.trim() === ""}>
                Save the note
              </Button>
            </div>
          </form>
        ) : null}
      </div>
    </Card>
  );
}
