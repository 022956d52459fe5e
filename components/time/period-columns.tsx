import type { DataColumn } from "@/components/data-table/types";
import { ProgramZone } from "@/components/frame/programs-context";
import { Period } from "@/components/time/period";
import { LongName } from "@/components/ui/long-name";

interface OfPeriod {
  periodStart: string;
  periodEnd: string;
  program: { id: string; name: string };
}

/**
 * How rows of a program's period begin: with the period in the program's own zone and, where rows of several programs
 * stand in one list, with its name.
 */
export function periodColumns<Row extends OfPeriod>(header: string, withProgram = false): DataColumn<Row>[] {
  const period: DataColumn<Row> = {
    id: "period",
    header,
    fixed: true,
    cell: (row) => (
      <ProgramZone id={row.program.id}>
        <Period start={row.periodStart} end={row.periodEnd} className="font-medium" />
        {withProgram ? (
          <LongName className="text-xs leading-4 text-muted md:hidden">{row.program.name}</LongName>
        ) : null}
      </ProgramZone>
    ),
  };
  if (!withProgram) return [period];
  return [
    period,
    {
      id: "program",
      header: "Program",
      priority: 2,
      cell: (row) => <LongName>{row.program.name}</LongName>,
    },
  ];
}
