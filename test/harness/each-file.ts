/**
 * Loaded by the runner, and by the process of each test file, before anything else.
 *
 * A test file whose process does not end after its last test would hold up the run for ever: node:test sets no deadline
 * for that. It fails instead, and says what kept it. Nor does it go on when the runner, or npm, was killed.
 *
 * Compiled code is kept: hundreds of processes begin, and each would compile the same sources again.
 */
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { endWithParent } from '../../dev/dependent-process.ts'

const DEADLINE_MS = 30_000

process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url))

if (process.env.npm_lifecycle_event !== undefined) endWithParent()
if (process.env.NODE_TEST_CONTEXT) {
  after(() => {
    setTimeout(() => {
      const kept = process.getActiveResourcesInfo().join(', ')
      console.error(`${process.argv[1]} did not end within ${DEADLINE_MS} ms of its last test. What keeps it: ${kept}`)
      process.exit(1)
    }, DEADLINE_MS).unref()
  })
}
