import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { fileText } from '../../file-text.ts'
import { InputError } from '../terminal/input-errors.ts'

/** Writes a new file that only its owner can read. Throws `InputError` if there is one: it may be the key of all tills. */
export async function writeSecret(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new InputError(`${file} is there already: give another name`) : error
  })
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Replaces a file as a whole: whoever reads it meanwhile gets the old text or the new one. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const handle = await open(draft, 'wx', 0o644)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** The text of a file. Throws `InputError` if it cannot be read. */
export async function readInput(file: string): Promise<string> {
  return await fileText(file).catch((error: Error) => {
    throw new InputError(error.message)
  })
}

/** The same; undefined if there is no such file. */
export async function readIfThere(file: string): Promise<string | undefined> {
  return await fileText(file).catch((error: Error) => {
    if ((error.cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new InputError(error.message)
  })
}
