import { Skeleton, SkeletonCard, SkeletonRows } from "@/components/ui/skeleton";

/** The shape of a payout: figure, stations, reckoning beside flow, payments. */
export function PayoutSkeleton() {
  return (
    <div className="grid gap-4">
      <div className="grid gap-2">
        <Skeleton className="w-44" />
        <Skeleton className="h-9 w-72" />
        <Skeleton className="w-96 max-w-full" />
      </div>
      <Skeleton className="h-16 rounded-lg" />
      <div className="grid gap-4 xl:grid-cols-2">
        <SkeletonCard lines={8} />
        <SkeletonCard lines={8} />
      </div>
      <div className="rounded-lg border border-line bg-panel">
        <SkeletonRows rows={6} columns={6} />
      </div>
    </div>
  );
}
