/**
 * `npm run test:mutants -- [--only TEXT]`: puts one deliberate fault after the other into a copy of the sources and runs the tests that
 * have to notice it. Exit code 1 when a fault goes unnoticed, or when the tests fail without any.
 */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { MUTANTS } from './mutants.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = ['src', 'test', 'dev', 'examples', 'openapi', 'package.json', 'tsconfig.json']
const TIMEOUT_MS = 120_000

/** Whether the test files pass in `folder`. A run that hangs has failed. */
function passes(folder: string, tests: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--test', ...tests], { cwd: folder, timeout: TIMEOUT_MS }, (error) => {
      resolve(error === null)
    })
  })
}

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const chosen = MUTANTS.filter(({ name }) => name.includes(values.only))

const folder = await mkdtemp(join(tmpdir(), 'tillgate-mutants-'))
let unnoticed = 0
try {
  for (const name of COPIED) await cp(join(ROOT, name), join(folder, name), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))]
  for (const file of tests) if (!(await passes(folder, [file]))) throw new Error(`${file} fails without any fault`)

  for (const { name, file, find, replace, tests } of chosen) {
    const path = join(folder, file)
    const source = await readFile(path, 'utf8')
    if (source.split(find).length !== 2) throw new Error(`${file} has not exactly one: ${find}`)
    await writeFile(
      path,
      source.replace(find, () => replace),
    )
    const isNoticed = !(await passes(folder, tests))
    await writeFile(path, source)
    if (!isNoticed) unnoticed++
    console.log(`${isNoticed ? 'noticed  ' : 'UNNOTICED'}  ${name}`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
console.log(`\n${chosen.length} faults, ${unnoticed} unnoticed`)
process.exit(unnoticed === 0 ? 0 : 1)
