import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { page, textToHtml } from '../../src/http/html.ts'
import { rawMarks } from './raw-marks.ts'

suite('textToHtml', () => {
  test('makes elements of code and links, and escapes what is in them', () => {
    assert.equal(
      textToHtml('`a<b` is in [the "docs"](/docs#x), `c` too'),
      '<code>a&lt;b</code> is in <a href="/docs#x">the &quot;docs&quot;</a>, <code>c</code> too',
    )
  })

  test('links only to this server, and leaves other text alone', () => {
    for (const text of ['[x](https://elsewhere)', '[x](javascript:y)', 'one ` alone', 'errors[0] (first)'])
      assert.equal(textToHtml(text), text)
  })
})

suite('rawMarks', () => {
  test('finds the marks of code, links, strong text, lists, headings and tables', () => {
    for (const mark of ['`code`', '[x](/y)', '**x**', '- one', '* one', '1. one', '# head', '| a | b |'])
      assert.notDeepEqual(rawMarks(page('Title', `<p>text</p>\n${mark}\n`)), [], mark)
  })
})
