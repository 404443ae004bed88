import { CASES, randomPlan } from '../faults/cases.ts'
import { testCases } from '../faults/test-cases.ts'

/**
 * `npm run test:faults` runs every case, and the random plan with many seeds; here are those that say most a second.
 * Those that need root are in test/root/faults.test.ts.
 */
const CHOSEN = [1, 7, 8, 10, 11, 13, 14, 17, 22, 24]

testCases([randomPlan(10), ...CASES.filter(({ number }) => CHOSEN.includes(number))])
