import type { ReactNode } from "react";
import { MoneyMap } from "@/components/auth/money-map";
import { Logo } from "@/components/frame/logo";
import { ThemeSwitch } from "@/components/frame/top-bar-controls";
import { DemoStrip } from "@/components/ui/banner";
import { isDemo } from "@/server/trpc/demo";

export default function EntranceLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      {isDemo() ? (
        <aside aria-label="About the data">
          <DemoStrip />
        </aside>
      ) : null}
      <div className="grid flex-1 lg:grid-cols-[minmax(460px,5fr)_7fr]">
        <div className="flex flex-col bg-panel px-5 py-5 sm:px-10 lg:border-r lg:border-line">
          <header className="flex items-center gap-2.5">
            <Logo />
            <span className="flex-1 text-base font-semibold">Common Purse</span>
            <ThemeSwitch />
          </header>
          <main className="mx-auto flex w-full max-w-[368px] flex-1 flex-col py-12 lg:pt-[15vh]">
            {children}
          </main>
        </div>
        <aside className="hidden flex-col items-center justify-center gap-10 px-12 lg:flex">
          <MoneyMap />
          <div className="max-w-md text-center">
            <p className="text-balance text-xl font-semibold tracking-[-0.01em]">
              Every cent, from the tap to the bank statement
            </p>
            <p className="mt-2 text-pretty text-sm text-muted">
              Payments that devices start, split between everyone who shares them, held when they look wrong,
              and paid out with the reason for each amount.
            </p>
          </div>
        </aside>
      </div>
    </div>
  );
}
