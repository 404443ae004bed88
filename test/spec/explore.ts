/**
 * `node test/spec/explore.ts [--lane STEPS] [--epochs N] [--faults N]`: goes through every schedule of a lane with so many
 * steps, and of two owners of a partition with so many epochs and faults. Prints what was explored, as JSON.
 */
import { parseArgs } from 'node:util'
import { exploreLane } from './explore-lane.ts'
import { exploreStage } from './explore-stage.ts'

const { values } = parseArgs({
  options: { lane: { type: 'string' }, epochs: { type: 'string' }, faults: { type: 'string' } },
})
Error.stackTraceLimit = 0 // most errors here are expected, and the stack is most of what one costs
const startMs = performance.now()
const { lane, epochs, faults } = values
const explored =
  lane === undefined
    ? await exploreStage({ epochs: Number(epochs ?? 3), faults: Number(faults ?? 1) })
    : await exploreLane(Number(lane))
console.error(`${Math.round(performance.now() - startMs) / 1_000} s`)
console.log(JSON.stringify(explored))
