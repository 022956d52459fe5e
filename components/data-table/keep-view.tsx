"use client";

import { Bookmark, BookmarkX } from "lucide-react";
import { useState } from "react";
import { MOST_NAME, type useSavedViews } from "@/components/data-table/use-saved-views";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";

/** Keeps what the list is filtered by under a name, or forgets the kept view that is shown. */
export function KeepView({ views }: { views: ReturnType<typeof useSavedViews> }) {
  const [name, setName] = useState<string | null>(null);
  const { current } = views;
  if (current !== null)
    return (
      <Button variant="ghost" size="sm" icon={<BookmarkX />} onClick={() => views.forget(current)}>
        Remove this view
      </Button>
    );
  const given = name?.trim() ?? "";
  const taken = views.tabs.some(({ label }) => label === given);
  return (
    <>
      <Button variant="ghost" size="sm" icon={<Bookmark />} onClick={() => setName("")}>
        Save view
      </Button>
      <FormDialog
        open={name !== null}
        onClose={() => setName(null)}
        title="Save this view"
        description="It becomes a tab of this list, for you on this device."
        action={taken ? "Replace the view" : "Save view"}
        pending={false}
        refusal={null}
        onSubmit={() => {
          if (given === "") return;
          views.keep(given);
          setName(null);
        }}
      >
        <Field
          label="Name"
          className="sm:col-span-2"
          hint={taken ? "There is a view of this name; saving replaces it." : undefined}
        >
          <Input
            value={name ?? ""}
            maxLength={MOST_NAME}
            placeholder="Large ones at the harbor"
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </Field>
      </FormDialog>
    </>
  );
}
