/**
 * A program of two parts for `run-until-stopped.test.ts`. Its argument says what happens: `ready`; `starting` (the start
 * takes until it is aborted); `hanging` (the second part does not stop); `failing` (the start fails); `broken` (the
 * first part fails while it runs).
 */
import { once } from 'node:events'
import { runUntilStopped } from '../../dev/run-until-stopped.ts'

const [what = ''] = process.argv.slice(2)

runUntilStopped(async ({ say, signal, onStop, fail }) => {
  setTimeout(() => process.exit(9), 60_000) // whatever happens
  onStop(() => console.log('first stopped'))
  onStop(() => {
    console.log('second stops')
    return what.includes('hanging') ? new Promise(() => {}) : Promise.reject(new Error('second has a problem'))
  }, 'the second')
  if (what.includes('failing')) throw new Error('no luck')
  if (what === 'starting') {
    say('starting')
    await once(signal, 'abort')
    console.log('aborted')
    throw new Error('an error that nobody needs to see')
  }
  if (what === 'broken') fail('the first is broken')
  return 'started'
})
