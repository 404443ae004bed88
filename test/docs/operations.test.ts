import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { alarms } from '../harness/watched.ts'

const document = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
const headingsOf = (text: string) => [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => String(heading))

/** As GitHub makes them of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = headingsOf(text).map((heading) => heading.toLowerCase().replace(/[^\w -]/g, ''))
  return new Set(anchors.map((anchor) => anchor.replaceAll(' ', '-')))
}

test('each alarm links to its runbook, and no runbook is without an alarm', () => {
  const anchors = anchorsOf(document)
  for (const { alert, annotations } of alarms()) {
    assert.equal(annotations.runbook_url, `docs/operations.md#${alert.toLowerCase()}`)
    assert.ok(anchors.has(alert.toLowerCase()), alert)
  }
  const runbooks = headingsOf(document).filter((heading) => /^Tillgate[A-Z]\w+$/.test(heading))
  assert.deepEqual(
    runbooks.sort(),
    alarms()
      .map(({ alert }) => alert)
      .sort(),
  )
})

test('each runbook says what the alarm means, how to confirm it and what to do', () => {
  for (const { alert } of alarms()) {
    const [, runbook = ''] = document.split(new RegExp(`^#+ ${alert}$`, 'm'))
    const section = runbook.split(/^#/m)[0] ?? ''
    for (const part of ['**Means**', '**Confirm**', '**Do**']) assert.ok(section.includes(part), `${alert}: ${part}`)
  }
})

test('what it links to is there', () => {
  const links = [...document.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)]
  assert.ok(links.length > 30)
  for (const [, file = '', anchor] of links) {
    const text = file === '' ? document : readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8')
    if (anchor !== undefined) assert.ok(anchorsOf(text).has(anchor), `${file}#${anchor}`)
  }
})
