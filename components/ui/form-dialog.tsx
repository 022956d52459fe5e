"use client";

import { type ReactNode, useId } from "react";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog, type DialogProps } from "@/components/ui/dialog";

interface FormDialogProps extends Pick<DialogProps, "title" | "description" | "size"> {
  open?: boolean;
  /** Asked for by Cancel, the cross, Escape or a click beside it; never while something is being sent. */
  onClose: () => void;
  /** What the button that sends says. */
  action: string;
  pending: boolean;
  onSubmit: () => void;
  /** Why the server or the form said no; shown under the fields. */
  refusal: string | null;
  /** Fields, two abreast where there is room; `sm:col-span-2` takes a row. */
  children: ReactNode;
}

/** A dialog that is one form: fields, a refusal, Cancel and the action, sent by the button or by Enter. */
export function FormDialog({
  open = true,
  onClose,
  action,
  pending,
  onSubmit,
  refusal,
  children,
  ...look
}: FormDialogProps) {
  const form = useId();
  return (
    <Dialog
      {...look}
      open={open}
      onOpenChange={(next) => next || pending || onClose()}
      footer={
        <>
          <Button onClick={onClose} disabled={pending}>
            Cancel
          </Button>
          <Button type="submit" form={form} variant="primary" loading={pending}>
            {action}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="grid gap-4 sm:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        {refusal ? (
          <div className="sm:col-span-2">
            <Banner tone="loss">{refusal}</Banner>
          </div>
        ) : null}
      </form>
    </Dialog>
  );
}
