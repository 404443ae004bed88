import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { plainMessage } from '../system-problem.ts'
import { InputError } from '../tools/terminal/input-errors.ts'

/** Resolves if the file of an option can be read. Rejects with `InputError` otherwise, before any work has begun. */
export async function assertReadable(option: string, file: string): Promise<void> {
  const isFolder = await access(file, constants.R_OK).then(
    async () => (await stat(file)).isDirectory(),
    (error: unknown) => {
      throw new InputError(`${option}: ${plainMessage(error)}`)
    },
  )
  if (isFolder) throw new InputError(`${option}: ${file} is a folder`)
}
