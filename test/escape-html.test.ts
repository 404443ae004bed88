import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeHtml } from '../src/escape-html.ts'

test('nothing is left that means something in HTML', () => {
  assert.equal(escapeHtml(`<a href="x" title='y'>&amp;`), '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;')
})
