import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Need } from '../../dev/needs/needs.ts'
import { onPath } from '../../dev/needs/on-path.ts'
import type { Platform } from '../../dev/needs/platform.ts'
import { platformOf } from '../../dev/needs/platform.ts'
import { postgresFolder } from '../../dev/needs/postgres.ts'
import { makeReady, missingLine, missingList } from '../../dev/needs/ready.ts'
import { fakeCommands } from './fake-commands.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillgate-needs-'))
})
after(() => rm(folder, { recursive: true }))

const PIP = {
  name: 'pip, which fetches it',
  packages: { apt: ['python3-pip'], dnf: ['python3-pip'], brew: ['python'] },
}
const ENGINE: Need = {
  name: 'an engine',
  packages: { apt: ['engine'], ubuntu: ['engine-21'], dnf: ['engine-devel'], brew: ['engine'] },
  otherwise: PIP,
  lack: async (env) => (onPath('engine', env) ? undefined : 'there is no engine'),
}
const PROXY: Need = {
  name: 'a proxy',
  packages: { apt: ['proxy-light', 'proxy-tools'], dnf: ['proxy'], brew: ['proxy'] },
  lack: async (env) => (onPath('proxy', env) ? undefined : 'there is no proxy'),
}
const THERE: Need = { name: 'a shell', packages: { apt: ['sh'] }, lack: async () => undefined }
const LINUX: Need = { name: 'another kernel', packages: {}, lack: async () => 'this is not it' }

const user: Platform = { manager: 'apt', isUbuntu: false, isRoot: false }
const nobody = (line: string) => assert.fail(`said: ${line}`)

test('all that is missing is in one list, with one line that installs it on this platform', async () => {
  const missing = await makeReady([ENGINE, THERE, PROXY, LINUX], {
    env: { PATH: folder },
    onProgress: nobody,
    platform: user,
  })
  const list = (platform: Partial<Platform>) => missingList(missing, { ...user, ...platform })
  assert.equal(
    list({}),
    `Missing:
  an engine       there is no engine
  a proxy         there is no proxy
  another kernel  this is not it
To install it:
  sudo apt-get install engine proxy-light proxy-tools
Or:
  sudo apt-get install python3-pip (pip, which fetches it)`,
  )
  assert.match(list({ isUbuntu: true }), /^ {2}sudo apt-get install engine-21 proxy-light proxy-tools$/m)
  assert.match(list({ manager: 'dnf' }), /^ {2}sudo dnf install engine-devel proxy$/m)
  assert.match(list({ manager: 'dnf', isRoot: true }), /^ {2}dnf install engine-devel proxy$/m)
  assert.match(list({ manager: 'brew' }), /^ {2}brew install engine proxy$/m)
  assert.match(list({ manager: undefined }), /^ {2}Install an engine, a proxy$/m)
})

test('the same is one line for a command that says no more', async () => {
  const missing = await makeReady([ENGINE, PROXY], { env: { PATH: folder }, onProgress: nobody, platform: user })
  assert.equal(
    missingLine(missing, user),
    'Missing: an engine (there is no engine), a proxy (there is no proxy). ' +
      'To install: sudo apt-get install engine proxy-light proxy-tools; or sudo apt-get install python3-pip (pip, which fetches it)',
  )
})

test('what no package brings is listed without a line that would install it', async () => {
  const missing = await makeReady([LINUX], { env: { PATH: folder }, onProgress: nobody, platform: user })
  assert.equal(missingList(missing, user), 'Missing:\n  another kernel  this is not it')
})

test('root on Debian has what is missing installed there and then, and is told', async () => {
  const log = join(folder, 'apt.log')
  const bin = join(folder, 'installs')
  const PATH = await fakeCommands(bin, {
    'apt-get': `echo "$@" >> ${log}; case "$*" in *install*) : > ${bin}/proxy; /bin/chmod +x ${bin}/proxy;; esac`,
    engine: '',
  })
  const said: string[] = []
  const platform = { ...user, isRoot: true }
  const needs = { env: { PATH }, onProgress: (line: string) => void said.push(line), platform }
  assert.deepEqual(await makeReady([ENGINE, PROXY], needs), [])
  assert.deepEqual(said, [
    'a proxy: missing. This is root, so: apt-get install proxy-light proxy-tools',
    'Installed: proxy-light, proxy-tools',
  ])
  assert.equal(await readFile(log, 'utf8'), '-q update\n-q install -y proxy-light proxy-tools\n')
  assert.deepEqual(await makeReady([ENGINE, PROXY], { ...needs, onProgress: nobody }), [], 'nothing is left to install')
})

test('an installation that fails is said; one that did not help is in the list', async () => {
  const platform = { ...user, isRoot: true }
  const fails = await fakeCommands(join(folder, 'fails'), { 'apt-get': 'exit 100' })
  await assert.rejects(makeReady([PROXY], { env: { PATH: fails }, onProgress: () => {}, platform }), /apt-get update/)
  const idle = await fakeCommands(join(folder, 'idle'), { 'apt-get': '' })
  const missing = await makeReady([PROXY], { env: { PATH: idle }, onProgress: () => {}, platform })
  assert.deepEqual(missing, [{ need: PROXY, why: 'there is no proxy' }])
})

test('nobody but root has anything installed, and nothing but apt-get does it', async () => {
  const log = join(folder, 'untouched.log')
  const record = `echo "$@" >> ${log}`
  const PATH = await fakeCommands(join(folder, 'untouched'), { 'apt-get': record, dnf: record, brew: record })
  const root = { ...user, isRoot: true }
  for (const platform of [user, { ...root, manager: 'dnf' as const }, { ...root, manager: 'brew' as const }])
    assert.equal((await makeReady([PROXY], { env: { PATH }, onProgress: nobody, platform })).length, 1)
  assert.ok(!existsSync(log))
})

test('the programs of PostgreSQL are those on the PATH, before those of the system', async () => {
  const PATH = await fakeCommands(join(folder, 'postgres'), { initdb: '' })
  assert.equal(postgresFolder({ PATH }), join(folder, 'postgres'))
})

test('the package manager is the one on the PATH', async () => {
  const managerWith = async (...names: string[]) => {
    const scripts = Object.fromEntries(names.map((name) => [name, '']))
    return platformOf({ PATH: await fakeCommands(join(folder, names.join('-') || 'none'), scripts) }).manager
  }
  assert.equal(await managerWith('apt-get', 'brew'), 'apt')
  assert.equal(await managerWith('dnf'), 'dnf')
  assert.equal(await managerWith('brew'), 'brew')
  assert.equal(await managerWith(), undefined)
})
