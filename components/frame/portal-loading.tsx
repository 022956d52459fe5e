import { Page } from "@/components/ui/page-header";
import { Skeleton, SkeletonRows, SkeletonStats } from "@/components/ui/skeleton";

/** The shape of a page before its data is there: `list` for tables, `detail` for one thing, else figures. */
export function PortalLoading({ shape = "figures" }: { shape?: "figures" | "list" | "detail" }) {
  return (
    <Page>
      <div role="status" aria-label="The page is loading" className="grid gap-4">
        <Skeleton className={shape === "detail" ? "h-9 w-64" : "h-6 w-40"} />
        {shape === "detail" ? <Skeleton className="h-16 w-full rounded-lg" /> : null}
        {shape === "figures" ? <SkeletonStats /> : null}
        <div className="rounded-lg border border-line bg-panel">
          <SkeletonRows rows={shape === "list" ? 12 : 7} columns={6} />
        </div>
      </div>
    </Page>
  );
}
