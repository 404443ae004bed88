import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { eventually } from '../../dev/kafka/eventually.ts'
import { openPage, startChromium } from './browser.ts'
import { MARKER, type Scene, SILENT_AFTER_MS, startScene } from './scene.ts'

/** Generous: what it takes is said, not judged. */
const DEADLINE_MS = 20_000
const PHONE = { width: 360, height: 740 }

let scene: Scene
let browser: Browser
let page: Page
let troubles: string[]
const events: string[] = []

before(async () => {
  ;[scene, browser] = await Promise.all([startScene(), startChromium()])
  ;({ page, troubles } = await openPage(browser, `${scene.gateway.adminUrl}/console`))
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  session.on('Network.eventSourceMessageReceived', ({ data }) => events.push(data))
  await page.reload()
})

after(async () => {
  await browser?.close().catch(() => {})
  await scene?.stop()
})

const card = (name: string) => page.locator('section.card', { has: page.getByRole('heading', { name, exact: true }) })
const broker = (id: number) => page.locator(`[data-broker="${id}"]`)

/** Waits until a text is there. Returns how long it took, in milliseconds. */
async function until(place: ReturnType<Page['locator']>, text: RegExp): Promise<number> {
  const beganMs = performance.now()
  await place.filter({ hasText: text }).first().waitFor({ timeout: DEADLINE_MS })
  return Math.round(performance.now() - beganMs)
}

test('the operator’s start page leads to the console, which shows invoices as they come', async () => {
  const start = await (await fetch(scene.gateway.adminUrl)).text()
  assert.match(start, /<a href="\/console">/)
  await until(page.locator('.readiness'), /Ready/)
  await until(card('Invoices a second'), /[1-9]\d*(\.\d)? acknowledged/)
  await until(card('Brokers'), /All answer/)
  assert.equal(await page.locator('canvas').count(), 2)
})

test('missing numbers and conflicts are shown: those that were refused, and those that are stored', async () => {
  await scene.sell('MISSING-1', [1, 2])
  const first = await scene.sell('MISSING-1', [6])
  await until(card('Missing numbers'), /MISSING-1\s*3 numbers/)
  const answer = await fetch(`${scene.gateway.url}/v1/invoices`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Uint8Array(scene.body('MISSING-1', 2, { receiptNumber: `${MARKER}-other` })),
  })
  assert.equal(answer.status, 422)
  await until(card('Conflicts'), /MISSING-1 T1, number 2\s*refused here/)
  await until(card('Latest refusals'), /identity-conflict/)
  await scene.appendConflict('MISSING-1', first, 6)
  await until(card('Conflicts'), /MISSING-1 T1, number 6\s*in \.conflicts/)
})

test('a store that goes silent is seen', async (t) => {
  await scene.sell('SILENT-1', [1, 2, 3, 4, 5, 6], 50)
  const tookMs = await until(card('Silent terminals'), /SILENT-1 T1/)
  t.diagnostic(`seen ${tookMs - SILENT_AFTER_MS} ms after it was due`)
  let isGone = false
  const gone = page.getByText('SILENT-1 T1').waitFor({ state: 'detached', timeout: DEADLINE_MS })
  const noted = gone.finally(() => {
    isGone = true
  })
  // It goes on selling until that is seen: a second later it would be silent again.
  for (let number = 7; !isGone; number++) await scene.sell('SILENT-1', [number], 50)
  await noted
})

test('a broker that dies is seen, and that it comes back', async (t) => {
  await scene.kafka.brokers[2]?.kill()
  t.diagnostic(`seen to be gone after ${await until(broker(2), /No answer/)} ms`)
  assert.match(String(await card('Brokers').textContent()), /1 broker does not answer/)
  await scene.kafka.brokers[2]?.start()
  t.diagnostic(`seen to be back after ${await until(broker(2), /Reachable/)} ms`)
})

test('a search by store leads to an invoice’s receipt and its record', async () => {
  const { document } = await scene.sell('SEARCH-1', [1, 2])
  await page.getByRole('link', { name: 'Stores', exact: true }).click()
  await page.getByLabel('Stores whose name begins with').fill('SEARCH')
  const store = page.getByRole('link', { name: 'SEARCH-1' })
  await eventually('the stage has judged it, and the search finds it', DEADLINE_MS, 250, async () => {
    await page.getByRole('button', { name: 'Find' }).click()
    return (await store.count()) > 0 || undefined
  })
  await store.click({ timeout: DEADLINE_MS })
  await page.getByRole('link', { name: 'Number 2', exact: true }).click({ timeout: DEADLINE_MS })
  await until(card('Receipt'), new RegExp(`${document.invoiceId}`))
  await until(card('Receipt'), new RegExp(`Offset\\s*${document.offset}`))
  await until(card('Record'), new RegExp(createHash('sha256').update(scene.body('SEARCH-1', 2)).digest('hex')))
  await until(card('Record'), /Key\s*SEARCH-1/)
  await until(card('Record'), /ce_specversion, .*pos-received-at/)
})

test('every view fits a phone, light and dark, and its links can be reached by the keyboard', async () => {
  await page.setViewportSize(PHONE)
  const invoice = '#/stores/MISSING-1/T1/J1/6'
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const view of ['#/', '#/stores', '#/stores/MISSING-1', invoice]) {
      await page.goto(`${scene.gateway.adminUrl}/console${view}`)
      await page.locator('main section').first().waitFor({ timeout: DEADLINE_MS })
      const width = await page.evaluate('document.documentElement.scrollWidth')
      assert.ok(Number(width) <= PHONE.width, `${colorScheme} ${view}: ${width} px`)
    }
  }
  await page.goto(`${scene.gateway.adminUrl}/console#/`)
  await page.reload()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the figures')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate('document.activeElement.id'), 'main')
})

test('nothing of an invoice reached the browser, and nothing went wrong in it', async () => {
  assert.ok(events.length > 5, `${events.length} events`)
  assert.ok(!events.join().includes(MARKER))
  for (const path of ['stores?q=', 'stores/MISSING-1', 'stores/MISSING-1/terminals/T1/journals/J1/invoices/6']) {
    const answer = await (await fetch(`${scene.gateway.adminUrl}/console/${path}`)).text()
    assert.match(answer, /MISSING-1/)
    assert.ok(!answer.includes(MARKER), path)
  }
  assert.ok(!(await page.content()).includes(MARKER))
  assert.deepEqual(troubles, [])
})
