import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { onPath } from './on-path.ts'

/** Debian leaves the programs of the server out of every PATH, because several versions may be installed. */
const DEBIAN_FOLDERS = '/usr/lib/postgresql/*/bin'

/** The folder with PostgreSQL's server and `initdb`: on the PATH of `env`, or where Debian has its newest one. */
export function postgresFolder(env: NodeJS.ProcessEnv): string | undefined {
  const initdb = onPath('initdb', env)
  if (initdb !== undefined) return dirname(initdb)
  const version = (folder: string) => Number(folder.split('/').at(-2))
  return globSync(DEBIAN_FOLDERS).sort((a, b) => version(b) - version(a))[0]
}
