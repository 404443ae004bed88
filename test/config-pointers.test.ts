import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pointerProblems } from '../src/config-pointers.ts'

test('each wrong pointer has a sentence of its own, without its value', () => {
  const problemsOf = (list: string) => pointerProblems('X', list)
  assert.deepEqual(problemsOf('/a,/b/*/c/0,/~0~1'), [])
  assert.deepEqual(problemsOf('/ok,a/b,,/a/,/a~2,/*'), [
    'pointer 2 in X must begin with /, for example /extensions/siret',
    'pointer 3 in X is empty: there is a comma too many',
    'pointer 4 in X must not end with /',
    'pointer 5 in X has a ~ that must be written ~0; a / in a name is written ~1 (RFC 6901)',
    'pointer 6 in X stands for everything: set CARD_NUMBERS=warn instead',
  ])
})
