import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Makes commands of these names, each a shell script, in a new folder. Resolves to a PATH of them alone. */
export async function fakeCommands(folder: string, scripts: Readonly<Record<string, string>>): Promise<string> {
  await mkdir(folder)
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(folder, name), 0o755)
  }
  return folder
}
