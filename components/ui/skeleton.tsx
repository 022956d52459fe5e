import { cn } from "@/components/ui/cn";

/** A grey shape; give it the size of what will stand there. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn("skeleton block h-3.5 w-full", className)} />;
}

const WIDTHS = ["w-3/5", "w-2/5", "w-4/5", "w-1/2", "w-2/3"];
const nth = (index: number) => WIDTHS[index % WIDTHS.length];
const times = (count: number) => Array.from({ length: count }, (_, index) => index);

export function SkeletonText({ lines = 3, className }: { lines?: number; className?: string }) {
  return (
    <span aria-hidden className={cn("grid gap-2.5", className)}>
      {times(lines).map((line) => (
        <Skeleton key={line} className={nth(line)} />
      ))}
    </span>
  );
}

export function SkeletonRows({
  rows = 8,
  columns = 5,
  dense,
}: {
  rows?: number;
  columns?: number;
  dense?: boolean;
}) {
  return (
    <div aria-hidden className="divide-y divide-line-soft">
      {times(rows).map((row) => (
        <div key={row} className={cn("flex items-center gap-6 px-4", dense ? "h-8" : "h-10")}>
          {times(columns).map((column) => (
            <span key={column} className="min-w-0 flex-1">
              <Skeleton className={cn("h-3", nth(row + column), column === columns - 1 && "ml-auto")} />
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}

export function SkeletonStats({ count = 4 }: { count?: number }) {
  return (
    <div aria-hidden className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-4">
      {times(count).map((card) => (
        <div key={card} className="grid gap-3 rounded-lg border border-line bg-panel px-4 py-4">
          <Skeleton className="w-1/3" />
          <Skeleton className="h-6 w-3/5" />
          <Skeleton className="w-2/5" />
        </div>
      ))}
    </div>
  );
}

const HEIGHTS = [44, 62, 55, 80, 71, 48, 66, 90, 74, 58, 69, 82, 60, 47];

export function SkeletonChart({ className }: { className?: string }) {
  return (
    <div aria-hidden className={cn("flex h-60 items-end gap-2", className)}>
      {HEIGHTS.map((height) => (
        <span key={height} className="skeleton flex-1" style={{ height: `${height}%` }} />
      ))}
    </div>
  );
}

export function SkeletonCard({ lines = 4, className }: { lines?: number; className?: string }) {
  return (
    <div aria-hidden className={cn("rounded-lg border border-line bg-panel p-4", className)}>
      <Skeleton className="mb-4 h-4 w-2/5" />
      <SkeletonText lines={lines} />
    </div>
  );
}
