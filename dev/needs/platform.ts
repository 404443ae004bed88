import { readFileSync } from 'node:fs'
import { onPath } from './on-path.ts'

/** What to install with each package manager. A package manager without an entry has no such package. */
export interface Packages {
  readonly apt?: readonly string[]
  /** Where Ubuntu's names differ from Debian's. */
  readonly ubuntu?: readonly string[]
  readonly dnf?: readonly string[]
  readonly brew?: readonly string[]
}

/** How software is installed on this machine. */
export interface Platform {
  /** `undefined`: none that is known here. */
  readonly manager: 'apt' | 'dnf' | 'brew' | undefined
  readonly isUbuntu: boolean
  readonly isRoot: boolean
}

/** The platform of this process, as far as the PATH of `env` shows it. */
export function platformOf(env: NodeJS.ProcessEnv): Platform {
  const manager = onPath('apt-get', env) ? 'apt' : onPath('dnf', env) ? 'dnf' : onPath('brew', env) ? 'brew' : undefined
  return { manager, isUbuntu: manager === 'apt' && isUbuntu(), isRoot: process.getuid?.() === 0 }
}

/** The packages' names here, each once. */
export function packagesFor({ manager, isUbuntu }: Platform, wanted: readonly Packages[]): string[] {
  if (manager === undefined) return []
  return [...new Set(wanted.flatMap((packages) => (isUbuntu && packages.ubuntu) || packages[manager] || []))]
}

/** The line that installs them. */
export function installLine({ manager, isRoot }: Platform, packages: readonly string[]): string {
  const names = packages.join(' ')
  if (manager === 'brew') return `brew install ${names}`
  const sudo = isRoot ? '' : 'sudo '
  return manager === 'dnf' ? `${sudo}dnf install ${names}` : `${sudo}apt-get install ${names}`
}

function isUbuntu(): boolean {
  try {
    return /^ID(?:_LIKE)?=.*\bubuntu\b/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}
