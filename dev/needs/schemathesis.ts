import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../kafka/folders.ts'
import { TOOLS_FOLDER } from './go.ts'
import { pipInstall } from './pip.ts'

/** schemathesis.txt names it too, with all that it needs. */
const VERSION = '4.32.5'

const FOLDER = join(TOOLS_FOLDER, `schemathesis-${VERSION}`)

/** A folder for PYTHONPATH that has schemathesis; fetches it with pip the first time (70 MB unpacked). Rejects when that fails. */
export async function provideSchemathesis(env: NodeJS.ProcessEnv, onProgress: (line: string) => void): Promise<string> {
  if (existsSync(FOLDER)) return FOLDER
  onProgress(`schemathesis: taking ${VERSION} from PyPI, with pip, once`)
  await makeFolder(FOLDER, (into) => {
    const requirements = join(import.meta.dirname, 'schemathesis.txt')
    return pipInstall({ requirements, into, env, onProgress: (line) => onProgress(`schemathesis: ${line}`) })
  })
  return FOLDER
}
