declare module 'fs-native-extensions' {
  /** Locks the whole file for this open file alone; false: somebody else has it. The kernel frees it at the latest close. */
  export function tryLock(fd: number): boolean
}
