import { StackedAreaChart } from "@/components/charts/stacked-area-chart";
import { kindLook } from "@/components/devices/device-kind";

interface MoneyByKindProps {
  title: string;
  /** What is stacked, such as "captured"; the currency stands before it, the days behind. */
  hint: string;
  overview: {
    program: { currency: string };
    byDay: readonly { day: string; kinds: Record<string, string> }[];
    kinds: readonly string[];
  };
  height: number;
  fileName: string;
}

/** Money of the last days by kind of device, in the colours that kinds have everywhere; today is not over. */
export function MoneyByKind({ title, hint, overview, height, fileName }: MoneyByKindProps) {
  const { byDay, kinds, program } = overview;
  return (
    <StackedAreaChart
      title={title}
      hint={hint}
      xKind="day"
      partialX={byDay.at(-1)?.day}
      height={height}
      value={{ kind: "money", currency: program.currency }}
      points={byDay.map(({ day, kinds: values }) => ({ x: day, values }))}
      series={kinds.map((kind) => ({
        key: kind,
        label: kindLook(kind).trade,
        colour: kindLook(kind).series,
      }))}
      fileName={fileName}
    />
  );
}
