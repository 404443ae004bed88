import { rename, writeFile } from 'node:fs/promises'

/** Replaces a file as a whole. While somebody reads it again and again, nobody may find it empty, or a part of it. */
export async function replaceFile(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content)
  await rename(`${file}.new`, file)
}
