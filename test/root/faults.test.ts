import { DISK_CASES } from '../faults/disk-cases.ts'
import { NAMES_CASES } from '../faults/names-cases.ts'
import { testCases } from '../faults/test-cases.ts'

testCases([...DISK_CASES, ...NAMES_CASES])
