import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { reportAsPage } from '../../src/tools/audit/report-page.ts'
import { summaryPage } from '../../src/tools/simulate/summary-page.ts'
import { reportWith } from '../tools/audit/report-with.ts'
import { frozen, summaryOf } from '../tools/simulate/frozen-run.ts'
import { openPage, startChromium } from './browser.ts'

let browser: Browser
let folder: string

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tillgate-reports-'))
  browser = await startChromium()
})

after(async () => {
  await browser?.close().catch(() => {})
  rmSync(folder, { recursive: true, force: true })
})

const latencyCurve = [
  { percentile: 0, ms: 5 },
  { percentile: 99, ms: 80 },
  { percentile: 100, ms: 5_001 },
]
const PAGES = {
  'a simulation': summaryPage(summaryOf(frozen(60), { acknowledged: 6_000, latencyCurve })),
  'an audit of ten thousand stores': reportAsPage('pos.invoices', reportWith(10_000)),
}

for (const [name, html] of Object.entries(PAGES))
  test(`the page of ${name} is whole as a file: charts with their style, no trouble, and it fits a phone`, async () => {
    const file = join(folder, `${name}.html`)
    writeFileSync(file, html)
    const { page, troubles } = await openPage(browser, pathToFileURL(file).href)
    await page.setViewportSize({ width: 360, height: 740 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const width = await page.evaluate('document.documentElement.scrollWidth')
      assert.ok(Number(width) <= 360, `${colorScheme}: ${width} px`)
      const drawn = await page.evaluate(
        `[...document.querySelectorAll('svg .line, svg .bar')].every((part) => {
          const { stroke, fill } = getComputedStyle(part)
          return part.getBBox().width > 0 && (stroke !== 'none' || fill !== 'none')
        }) && document.querySelectorAll('svg').length`,
      )
      assert.ok(Number(drawn) >= 2, `${colorScheme}: ${drawn}`)
    }
    assert.deepEqual(troubles, [])
    await page.close()
  })
