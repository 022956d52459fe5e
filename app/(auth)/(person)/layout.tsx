import type { ReactNode } from "react";
import { PersonBar } from "@/components/auth/person-bar";
import { DemoStrip } from "@/components/ui/banner";
import { isDemo } from "@/server/trpc/demo";
import { homePath } from "@/server/trpc/entrance";
import { requireSession } from "@/server/trpc/session";

export default async function PersonLayout({ children }: { children: ReactNode }) {
  const { user } = await requireSession();
  return (
    <div className="min-h-dvh">
      {isDemo() ? (
        <aside aria-label="About the data">
          <DemoStrip />
        </aside>
      ) : null}
      <PersonBar name={user.name} email={user.email} home={await homePath()} />
      <main>{children}</main>
    </div>
  );
}
