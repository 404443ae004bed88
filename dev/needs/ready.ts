import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Need } from './needs.ts'
import { installLine, type Packages, type Platform, packagesFor, platformOf } from './platform.ts'

const INSTALL_DEADLINE_MS = 900_000

/** A need that is not met, and why. */
export interface Missing {
  readonly need: Need
  readonly why: string
}

interface Surroundings {
  env: NodeJS.ProcessEnv
  onProgress: (line: string) => void
  /** Default: as `env` shows it. */
  platform?: Platform
}

/**
 * Looks at everything at once, which takes less than a second; where root can install with apt-get, installs what is
 * missing and says so. Resolves to what is missing then. Rejects when the installation fails.
 */
export async function makeReady(needs: readonly Need[], surroundings: Surroundings): Promise<Missing[]> {
  const { env, onProgress, platform = platformOf(env) } = surroundings
  const missing = await look(needs, env)
  const packages = packagesFor(platform, missing.map(wanted))
  if (packages.length === 0 || !platform.isRoot || platform.manager !== 'apt') return missing
  onProgress(`${namesOf(missing)}: missing. This is root, so: ${installLine(platform, packages)}`)
  await aptGet(['update'], env)
  await aptGet(['install', '-y', ...packages], env)
  onProgress(`Installed: ${packages.join(', ')}`)
  return await look(needs, env)
}

/** What is missing, without changing anything. */
export async function look(needs: readonly Need[], env: NodeJS.ProcessEnv): Promise<Missing[]> {
  const looks = needs.map(async (need) => ({ need, why: await need.lack(env) }))
  return (await Promise.all(looks)).filter((one): one is Missing => one.why !== undefined)
}

async function aptGet(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const apt = spawn('apt-get', ['-q', ...args], {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: INSTALL_DEADLINE_MS,
  })
  const [code] = await once(apt, 'close')
  if (code !== 0) throw new Error(`apt-get ${args.join(' ')} failed`)
}

/** All that is missing, one a line, and the lines that install it. */
export function missingList(missing: readonly Missing[], platform: Platform): string {
  const width = Math.max(...missing.map(({ need }) => need.name.length))
  const rows = missing.map(({ need, why }) => `  ${need.name.padEnd(width)}  ${why}`)
  const ways = remedies(missing, platform).map((remedy, i) => `${i === 0 ? 'To install it' : 'Or'}:\n  ${remedy}`)
  return ['Missing:', ...rows, ...ways].join('\n')
}

/** The same in one line. */
export function missingLine(missing: readonly Missing[], platform: Platform): string {
  const rows = missing.map(({ need, why }) => `${need.name} (${why})`)
  const ways = remedies(missing, platform).join('; or ')
  return `Missing: ${rows.join(', ')}. ${platform.manager === undefined ? ways : `To install: ${ways}`}`
}

/** The ways to have all that can be installed: what it is called, and then what may stand for some of it. */
function remedies(missing: readonly Missing[], platform: Platform): string[] {
  const installable = missing.filter(({ need }) => Object.keys(need.packages).length > 0)
  if (installable.length === 0) return []
  const others = [...new Set(installable.flatMap(({ need }) => need.otherwise ?? []))]
  if (platform.manager === undefined) return [`Install ${namesOf(installable)}`, ...others.map(({ name }) => name)]
  const line = (packages: readonly Packages[]) => installLine(platform, packagesFor(platform, packages))
  return [line(installable.map(wanted)), ...others.map(({ name, packages }) => `${line([packages])} (${name})`)]
}

const wanted = ({ need }: Missing): Packages => need.packages
const namesOf = (missing: readonly Missing[]) => missing.map(({ need }) => need.name).join(', ')
