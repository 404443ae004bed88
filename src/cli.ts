#!/usr/bin/env node
import { dispatch } from './commands/dispatch.ts'
import { plainMessage } from './system-problem.ts'

/** The first error of standard output. EPIPE does not count: `head` has all it wanted, and work goes on. */
let outputFault: NodeJS.ErrnoException | undefined
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') outputFault ??= error
})
process.stderr.on('error', () => {}) // there is nowhere left to report it

const exitCode = await dispatch(process.argv.slice(2), process.env, console)
if (exitCode !== undefined) await end(exitCode)

/**
 * Ends the process once all of its output was read, however slowly. It does not end by itself: kafkajs leaves
 * connections open that it was making when it was told to disconnect.
 */
async function end(exitCode: number): Promise<never> {
  await new Promise((resolve) => process.stdout.write('', resolve))
  if (outputFault !== undefined) console.error(`the output could not be written: ${plainMessage(outputFault)}`)
  await new Promise((resolve) => process.stderr.write('', resolve))
  process.exit(outputFault === undefined ? exitCode : exitCode || 1)
}
