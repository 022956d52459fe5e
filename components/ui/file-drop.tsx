"use client";

import { FileText, Upload, X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { cn } from "@/components/ui/cn";

interface FileDropProps {
  label: string;
  /** What may be dropped: "camt.053, BAI2 or CSV, up to 20 MB". */
  hint?: ReactNode;
  /** As in `<input accept>`. */
  accept?: string;
  multiple?: boolean;
  files?: readonly File[];
  onFiles: (files: File[]) => void;
  error?: string | null;
  disabled?: boolean;
  className?: string;
}

const kilobytes = (bytes: number) =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;

/** Files by drop or by dialog. Keeps nothing itself: hand `files` back to show them. */
export function FileDrop({
  label,
  hint,
  accept,
  multiple,
  files = [],
  onFiles,
  error,
  disabled,
  className,
}: FileDropProps) {
  const id = useId();
  const [over, setOver] = useState(false);
  return (
    <div className={cn("grid gap-2", className)}>
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (!disabled) onFiles([...event.dataTransfer.files]);
        }}
        className={cn(
          "flex cursor-pointer flex-col items-center gap-1 rounded-lg border border-dashed border-line-strong bg-bg px-4 py-7 text-center transition-colors hover:border-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
          over && "border-accent bg-accent-soft",
          disabled && "cursor-not-allowed opacity-55",
        )}
      >
        <Upload aria-hidden className="mb-1 size-5 text-muted" />
        <span className="text-sm font-medium">{label}</span>
        {hint ? <span className="text-xs text-muted">{hint}</span> : null}
        <input
          id={id}
          type="file"
          accept={accept}
          multiple={multiple}
          disabled={disabled}
          className="sr-only"
          onChange={(event) => {
            onFiles([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
      </label>
      {files.map((file) => (
        <div
          key={file.name}
          className="flex items-center gap-2 rounded-md border border-line px-2.5 py-1.5 text-sm"
        >
          <FileText aria-hidden className="size-4 text-muted" />
          <span className="min-w-0 flex-1 truncate">{file.name}</span>
          <span className="tabular text-xs text-muted">{kilobytes(file.size)}</span>
          <button
            type="button"
            aria-label={`Remove ${file.name}`}
            onClick={() => onFiles(files.filter((other) => other !== file))}
            className="text-muted hover:text-ink"
          >
            <X aria-hidden className="size-4" />
          </button>
        </div>
      ))}
      {error ? (
        <p role="alert" className="text-xs text-loss">
          {error}
        </p>
      ) : null}
    </div>
  );
}
