import { html } from './html.js'
import { Overview } from './overview.js'
import { follow, state } from './state.js'
import { openRoute, route, StoresView } from './stores.js'
import { age, time } from './text.js'
import { render } from './vendor/preact.js'

/** Without news for longer than this, what is shown is old. */
const OLD_MS = 3_000
const root = /** @type {HTMLElement} */ (document.getElementById('app'))

/** Whether the page hears from the gateway, in words. */
function connection() {
  const silentMs = performance.now() - state.heardAtMs
  if (state.snapshot === null) return { isOld: true, words: state.isConnected ? 'Waiting for figures' : 'Connecting' }
  if (silentMs > OLD_MS) return { isOld: true, words: `No news from the gateway for ${age(silentMs)}` }
  return { isOld: false, words: `Live, ${time(state.snapshot.atMs)}` }
}

/** The address says what is shown, so it must not change. @param {Event} event */
function skip(event) {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function Header() {
  const { isOld, words } = connection()
  const { snapshot } = state
  const name = snapshot === null ? '' : `${snapshot.instance.name} · ${snapshot.instance.topic}`
  const isStores = route().view === 'stores'
  return html`<header class="top">
    <a class="skip" href="#main" onClick=${skip}>Skip to the figures</a>
    <p class="brand"><img src="/console/icon.svg" alt="" width="20" height="20" /><b>Tillgate</b> <span>${name}</span></p>
    <nav aria-label="Console">
      <a href="#/" aria-current=${isStores ? undefined : 'page'}>Overview</a>
      <a href="#/stores" aria-current=${isStores ? 'page' : undefined}>Stores</a>
    </nav>
    <p class=${`live ${isOld ? 'old' : ''}`}><i class="dot"></i>${words}</p>
  </header>`
}

function App() {
  const { snapshot } = state
  return html`<${Header} />
    <main id="main" tabindex="-1" class=${connection().isOld ? 'old' : ''}>
      ${snapshot === null && html`<p class="note waiting">The first figures come within a second.</p>`}
      ${snapshot !== null && (route().view === 'stores' ? html`<${StoresView} snapshot=${snapshot} />` : html`<${Overview} snapshot=${snapshot} />`)}
    </main>`
}

export function draw() {
  render(html`<${App} />`, root)
}

addEventListener('hashchange', () => {
  openRoute(draw)
  draw()
  scrollTo(0, 0)
})
openRoute(draw)
follow(draw)
setInterval(draw, 1_000)
draw()
