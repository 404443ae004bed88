/**
 * `npm run console:pictures`: the pictures of docs/console.md, taken of a gateway under load with three brokers. Needs
 * what `npm run test:ops` needs.
 */
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openPage, startChromium } from './browser.ts'
import { SILENT_AFTER_MS, startScene } from './scene.ts'
import { smallPng } from './small-png.ts'

parseArgs({ options: {} })
const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const WALL = { width: 1_200, height: 1_010 }
const PHONE = { width: 360, height: 780 }
/** So that the charts have something to show. */
const LOAD_MS = 60_000

const [scene, browser] = await Promise.all([startScene({ stores: 40, tills: 60 }), startChromium()])
try {
  const url = `${scene.gateway.adminUrl}/console`
  const { page, context } = await openPage(browser, url, { viewport: WALL, colorScheme: 'light' })
  const beganMs = performance.now()
  await makeTrouble()
  await scene.kafka.brokers[2]?.kill()
  await sleep(12_000)
  await scene.kafka.brokers[2]?.start()
  await sleep(Math.max(LOAD_MS - (performance.now() - beganMs), 0))
  const shoot = async (name: string) => {
    await sleep(1_500)
    await writeFile(`${FOLDER}${name}.png`, smallPng(await page.screenshot()))
  }
  await shoot('console-light')
  await page.emulateMedia({ colorScheme: 'dark' })
  await shoot('console-dark')
  await page.setViewportSize({ width: WALL.width, height: 480 })
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${url}#/stores/store-0117/T1/J1/9`)
  await shoot('console-invoice')
  await page.goto(`${url}#/`)
  await page.setViewportSize(PHONE)
  await shoot('console-phone')
  await context.close()
} finally {
  await browser.close()
  await scene.stop()
}

/** Missing numbers, conflicts, and tills that go silent. */
async function makeTrouble(): Promise<void> {
  for (const [storeId, numbers] of [
    ['store-0117', [1, 2, 3, 4, 5, 9]],
    ['store-0482', [1, 3]],
    ['store-0731', [1, 2, 4, 5, 6, 7, 8, 12]],
  ] as const)
    await scene.sell(storeId, numbers, 30)
  const first = await scene.sell('store-0233', [1])
  await scene.appendConflict('store-0233', first, 1)
  const headers = { 'content-type': 'application/json' }
  for (const body of [scene.body('store-0117', 2, { receiptNumber: 'X' }), Buffer.from('{')])
    await fetch(`${scene.gateway.url}/v1/invoices`, { method: 'POST', headers, body: new Uint8Array(body) })
  await sleep(SILENT_AFTER_MS)
}
