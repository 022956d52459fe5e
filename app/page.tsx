import { redirect } from "next/navigation";
import { homePath } from "@/server/trpc/entrance";
import { requireSession } from "@/server/trpc/session";

export default async function StartPage() {
  await requireSession();
  redirect(await homePath());
}
