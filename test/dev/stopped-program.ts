/**
 * A program of two parts for `run-until-stopped.test.ts`. Its argument says what happens: `ready`; `starting` (the start
 * takes until it is aborted); `hanging` (the second part does not stop); `failing` (the start fails); `broken` (the
 * first part fails while it runs).
 */
import { once } from 'node:events'
import { runUntilStopped } from '../../dev/run-until-stopped.ts'

const [what] = process.argv.slice(2)

runUntilStopped(async ({ say, signal, onStop, fail }) => {
  setInterval(() => {}, 60_000)
  onStop('the first', () => console.log('first stopped'))
  onStop('the second', () => {
    console.log('second stops')
    return what === 'hanging' ? new Promise(() => {}) : Promise.reject(new Error('second has a problem'))
  })
  if (what === 'failing') throw new Error('no luck')
  say('started')
  if (what === 'starting') {
    await once(signal, 'abort')
    console.log('aborted')
    throw new Error('an error that nobody needs to see')
  }
  if (what === 'broken') fail('the first is broken')
})
