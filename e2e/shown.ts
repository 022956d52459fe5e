/** What each page showed, kept in a file, so that pages that were visited by several workers can be compared. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "./fixtures";

export interface Shown {
  family: string;
  sums: number;
  facts: { fact: string; figure: string }[];
  colours: Record<"light" | "dark", { party: string; colour: string }[]>;
}

const shownFolder = () => join(test.info().project.outputDir, "shown");

export async function keepShown(shown: Shown): Promise<void> {
  await mkdir(shownFolder(), { recursive: true });
  await writeFile(join(shownFolder(), `${shown.family}.json`), JSON.stringify(shown));
}

export async function readShown(): Promise<Shown[]> {
  const files = await readdir(shownFolder());
  const texts = await Promise.all(files.map((file) => readFile(join(shownFolder(), file), "utf8")));
  return texts.map((text) => JSON.parse(text) as Shown);
}
