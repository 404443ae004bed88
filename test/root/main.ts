/**
 * `npm run test:root`: runs the tests of this folder. Where it cannot, says in one line what is not tested and why; in CI
 * that is a failure.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { whyNoRootTests } from '../../dev/needs/root-tests.ts'
import { whyNoMemoryCgroup } from '../harness/memory-cgroup.ts'

const NOT_TESTED = 'a full disk, a memory limit and names that do not resolve (test/root)'

const why = (await whyNoRootTests(process.env)) ?? whyNoMemoryCgroup()
if (why !== undefined) {
  console.log(`Not tested here: ${NOT_TESTED}, because ${why}. As root on Linux: npm run test:root`)
  process.exit(process.env.CI ? 1 : 0)
}
const options = ['--test', '--test-concurrency=1', '--test-timeout=600000', '--test-reporter=spec']
const [code] = await once(spawn(process.execPath, [...options, 'test/root/**/*.test.ts'], { stdio: 'inherit' }), 'exit')
process.exit(code ?? 1)
