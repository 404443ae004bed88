import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { NEEDS } from '../../dev/needs/needs.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { fakeCommands } from './fake-commands.ts'
import { freshCopy } from './fresh-copy.ts'

const ROOT_TESTS = fileURLToPath(new URL('../root/main.ts', import.meta.url))

/** Runs a program with this environment and no other. */
async function run(program: string, args: string[], env: NodeJS.ProcessEnv) {
  return await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

test('every command with needs looks at them before anything else', () => {
  const scripts: Record<string, string> = packageJson.scripts
  for (const command of Object.keys(NEEDS))
    assert.ok(scripts[command]?.startsWith(`node dev/needs/main.ts ${command} && `), command)
})

test('a command names all that it needs and is not there, and ends', async (t) => {
  const copy = await freshCopy(t)
  const PATH = await fakeCommands(join(copy, 'bin'), { dnf: 'exit 1' })
  const { code, stdout, stderr } = await run(join(copy, 'dev/needs/main.ts'), ['test:deploy'], { PATH })
  assert.equal(code, 1)
  assert.equal(stdout, '')
  for (const name of ['Java 17 or newer', 'Maven', 'HAProxy', 'nginx', 'Go 1.26 or newer'])
    assert.match(stderr, new RegExp(`^ {2}${name} +there is no `, 'm'))
  assert.match(
    stderr,
    /^ {2}(?:sudo )?dnf install java-latest-openjdk-headless maven haproxy nginx python3-pip$\nOr:\n {2}.*python3-pip \(Python 3/m,
  )
  assert.match(stderr, /\nNothing was tested\.\n$/)
  assert.ok(!existsSync(join(copy, '.kafka')), 'nothing was downloaded')
})

test('tests that need root are named where they cannot run; in CI that is a failure, before any test runs', async (t) => {
  const copy = await freshCopy(t)
  const PATH = await fakeCommands(join(copy, 'bin'), {})
  const said =
    /^Not tested here: a full disk, a memory limit and names that do not resolve .*, because .*\. As root on Linux: npm run test:root\n$/
  const here = await run(ROOT_TESTS, [], { PATH })
  assert.equal(here.code, 0)
  assert.match(here.stdout, said)
  assert.equal((await run(ROOT_TESTS, [], { PATH, CI: 'true' })).code, 1)

  const first = await run(join(copy, 'dev/needs/main.ts'), ['test'], { PATH, CI: 'true' })
  assert.equal(first.code, 1)
  assert.match(first.stderr, /^ {2}what the tests in test\/root need +\S/m)
})
