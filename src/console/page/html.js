import htm from './vendor/htm.js'
import { h } from './vendor/preact.js'

/** Elements of preact from a template: `html\`<p>${text}</p>\``. */
export const html = htm.bind(h)
