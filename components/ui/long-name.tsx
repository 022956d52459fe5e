import { cn } from "@/components/ui/cn";

interface LongNameProps {
  children: string;
  className?: string;
}

/** A name in a table: cut where names are rarely longer, so that every column has room, and told in full on hover. */
export function LongName({ children, className }: LongNameProps) {
  return (
    <span
      title={children}
      className={cn("block max-w-28 truncate sm:max-w-36 lg:max-w-44 2xl:max-w-72", className)}
    >
      {children}
    </span>
  );
}
