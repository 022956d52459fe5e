import { Download } from "lucide-react";
import type { PaymentQuery } from "@/components/payments/payment-query";
import { buttonClass } from "@/components/ui/button-class";

interface ExportPaymentsProps {
  portal: "m" | "ops";
  organisation: string;
  /** What the list shows. */
  query: PaymentQuery & { programId?: string; merchantId?: string; flagged?: boolean };
}

/** Downloads exactly what the list's filters show, all pages of it. */
export function ExportPayments({ portal, organisation, query }: ExportPaymentsProps) {
  const params = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : String(value),
    ]),
  );
  const search = params.toString();
  return (
    <a
      href={`/api/exports/${portal}/${organisation}/payments${search ? `?${search}` : ""}`}
      download
      className={buttonClass({ variant: "ghost", size: "sm" })}
    >
      <Download aria-hidden /> Export these
    </a>
  );
}
