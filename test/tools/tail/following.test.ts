import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tellFollowing } from '../../../src/tools/tail/following.ts'
import { parseTailArguments } from '../../../src/tools/tail/options.ts'
import { terminalOutput } from '../terminal/terminal-output.ts'

const FOLLOWING = 'following topic invoices; Ctrl-C stops\n'

function told(args: string[], isTTY = true): string {
  const output = terminalOutput({ isTTY })
  tellFollowing(output, 'invoices', parseTailArguments(args))
  return output.written.join('')
}

test('a person is told that it follows, from where, and how to stop it', () => {
  assert.equal(
    told([]),
    'following topic invoices, from its end (--from beginning prints the earlier records too); Ctrl-C stops\n',
  )
  assert.equal(told(['--from=beginning']), FOLLOWING)
  assert.equal(told(['--from-time=2026-03-01T06:00:00Z']), FOLLOWING)
  assert.equal(told(['--partition=0', '--offset=7']), FOLLOWING)
})

test('nothing is told when it ends by itself, or nobody reads it on a terminal', () => {
  assert.equal(told(['--exit-at-end']), '')
  assert.equal(told(['--from=beginning'], false), '')
})
