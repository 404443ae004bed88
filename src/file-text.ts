import { readFile } from 'node:fs/promises'
import { systemWords } from './system-problem.ts'

/** The text of a file. Rejects with an error that names the file, and says in words why it cannot be read. */
export async function fileText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`${file}: ${systemWords(error) ?? (error as Error).message}`, { cause: error })
  })
}
