import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MUTANTS } from '../mutants/mutants.ts'
import { LANE_INVARIANTS, STAGE_INVARIANTS } from './invariants.ts'
import { withParts } from './spec-text.ts'

const read = (path: string) => readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

test('docs/spec.md has the tables as they are: `npm run spec` writes them', async () => {
  const spec = await read('docs/spec.md')
  assert.equal(spec, withParts(spec))
})

suite('what enforces an invariant', () => {
  for (const { says, file, line, mutant, test: noticing } of [...LANE_INVARIANTS, ...STAGE_INVARIANTS])
    test(`is there, and a test notices when it is not: ${says}`, async () => {
      assert.equal((await read(file)).split(line).length, 2, `${file} has not exactly one: ${line}`)
      assert.ok((await read(noticing.file)).includes(noticing.name), `${noticing.file} has no test: ${noticing.name}`)
      const fault = MUTANTS.find(({ name }) => name === mutant)
      assert.ok(fault !== undefined, `there is no such mutant: ${mutant}`)
      assert.equal(fault.file, file)
      assert.ok(fault.find.includes(line) || line.includes(fault.find), 'the mutant takes away another line')
      assert.ok(fault.tests.includes(noticing.file), 'the mutant is shown to another test')
    })
})
