import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { onPath } from '../../dev/needs/on-path.ts'

/** The system's Chromium. */
export async function startChromium(): Promise<Browser> {
  const executablePath = onPath('chromium', process.env)
  if (executablePath === undefined) throw new Error('there is no chromium on PATH')
  // Chromium's own sandbox does not work as root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return await chromium.launch({ executablePath, args })
}

/** A page, and all that went wrong in it: errors, warnings, violations of its policy, requests that leave its server, or its file. */
export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; context: BrowserContext; troubles: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, ...options })
  const page = await context.newPage()
  const troubles: string[] = []
  const own = url.startsWith('file:') ? url : new URL(url).origin
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(own)) troubles.push(`request: ${request.url()}`)
  })
  await page.exposeFunction('noteViolation', (text: string) => troubles.push(`policy: ${text}`))
  await page.addInitScript(`addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    noteViolation(violatedDirective + ' ' + blockedURI))`)
  await page.goto(url)
  return { page, context, troubles }
}
